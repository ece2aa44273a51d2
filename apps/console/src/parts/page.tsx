// The top of a page: its name, what it shows in a sentence, and what can be done there.

import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface PageProps {
  readonly title: ReactNode;
  readonly lead: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, lead, actions, children }: PageProps) {
  return (
    <Stack gap="lg" maw={1280}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          <Text component="div" c="dimmed">
            {lead}
          </Text>
        </div>
        {actions}
      </Group>
      {children}
    </Stack>
  );
}

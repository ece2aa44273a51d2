// Where there is nothing yet: what is missing, and what to do next.

import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  /** A sentence without a full stop: "No run has been made yet". */
  readonly title: string;
  /** What to do: a command, a link. */
  readonly next: ReactNode;
}

export function EmptyState({ title, next }: EmptyStateProps) {
  return (
    <Paper withBorder p="xl" ta="center">
      <Stack gap="xs" align="center">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text component="div" c="dimmed" maw={560}>
          {next}
        </Text>
      </Stack>
    </Paper>
  );
}

// What a verdict was made of: each check with its verdict and its sentence, which has the number, the threshold, the interval and n.

import { Group, List, Text } from '@mantine/core';
import { VerdictMark } from './verdict-mark.tsx';

interface ReasonsProps {
  readonly of: readonly { readonly check: string; readonly verdict: string; readonly message: string }[];
}

export function Reasons({ of }: ReasonsProps) {
  return (
    <List listStyleType="none" spacing={6} size="sm">
      {of.map(({ check, verdict, message }) => (
        <List.Item key={check}>
          <Group gap={8} wrap="nowrap" align="flex-start">
            <VerdictMark verdict={verdict} />
            <Text size="sm" style={{ flex: 1 }}>
              <Text span ff="monospace" size="xs">
                {check}
              </Text>{' '}
              {message}
            </Text>
          </Group>
        </List.Item>
      ))}
    </List>
  );
}

// A number with its name, its interval where it has one, and the way to its evidence.

import { Anchor, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

interface FigureProps {
  readonly name: string;
  readonly value: ReactNode;
  /** The 95 % interval, a unit, a sample size: what the number needs to be read right. */
  readonly detail?: ReactNode;
  /** Where the number comes from. */
  readonly evidence?: string;
}

export function Figure({ name, value, detail, evidence }: FigureProps) {
  return (
    <Stack gap={0}>
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text size="xl" fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {evidence === undefined ? (
          value
        ) : (
          <Anchor component={Link} to={evidence} inherit underline="hover">
            {value}
          </Anchor>
        )}
      </Text>
      {detail && (
        <Text size="xs" c="dimmed">
          {detail}
        </Text>
      )}
    </Stack>
  );
}

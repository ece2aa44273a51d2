// A metric with its 95 % interval below it.

import type { Interval } from '@flightdeck/admin-api';
import { Text } from '@mantine/core';
import { decimal } from '../../parts/words.ts';

export function IntervalText({ of }: { readonly of: Interval | undefined }) {
  if (of === undefined) return '–';
  return (
    <>
      {decimal(of.value)}
      <Text span display="block" size="xs" c="dimmed" fw={400} style={{ whiteSpace: 'nowrap' }}>
        [{decimal(of.low)}, {decimal(of.high)}]
      </Text>
    </>
  );
}

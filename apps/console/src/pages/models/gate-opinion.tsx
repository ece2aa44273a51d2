// What the gate said when the version was let in: its verdict, and each check as the sentence it was given.

import type { GateOutcome } from '@flightdeck/admin-api';
import { Group, List, Text } from '@mantine/core';
import { VerdictMark } from '../../parts/verdict-mark.tsx';

export function GateOpinion({ gate: { verdict, reasons } }: { readonly gate: GateOutcome }) {
  return (
    <>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          The gate's verdict
        </Text>
        <VerdictMark verdict={verdict} />
      </Group>
      <List size="sm" spacing={4}>
        {reasons.map((reason) => (
          <List.Item key={reason}>{reason}</List.Item>
        ))}
      </List>
    </>
  );
}

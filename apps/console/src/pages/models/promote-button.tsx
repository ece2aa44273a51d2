// Makes a version champion. The dialog says what the gate thought of it, and what it takes the place of.

import type { GateOutcome, ModelAnswer } from '@flightdeck/admin-api';
import { Stack, Text } from '@mantine/core';
import { ActionButton } from '../../parts/action-button.tsx';
import { GateOpinion } from './gate-opinion.tsx';

interface PromoteButtonProps {
  readonly model: ModelAnswer;
  readonly version: number;
  readonly gate: GateOutcome;
}

export function PromoteButton({ model: { name, aliases, underWay }, version, gate }: PromoteButtonProps) {
  const champion = aliases.find(({ alias }) => alias === 'champion')?.to ?? null;
  if (champion === version) return null;
  return (
    <ActionButton
      name="Make champion"
      method="PUT"
      path={`/v1/models/${name}/aliases/champion`}
      body={{ version, expected: champion }}
      explanation={
        <Stack gap="xs">
          <Text size="sm">
            {champion === null
              ? `Version ${version} becomes the first champion of ${name}, which makes its endpoint.`
              : `Version ${version} takes the place of version ${champion}: all traffic, at once, without a canary.`}
          </Text>
          {underWay && (
            <Text size="sm" fw={600}>
              The {underWay.kind} {underWay.id} is under way: this will be refused until it has ended.
            </Text>
          )}
          <GateOpinion gate={gate} />
        </Stack>
      }
    />
  );
}

// What people may do with a rollout that has not ended: halt it, resume it, abort it.

import type { RolloutAnswer } from '@flightdeck/admin-api';
import { Group } from '@mantine/core';
import { ActionButton } from '../../parts/action-button.tsx';
import { isUnderWay } from './rollout-words.ts';

export function RolloutActions({ rollout }: { readonly rollout: RolloutAnswer }) {
  const { id, status, champion, candidate } = rollout;
  if (!isUnderWay(rollout)) return null;
  return (
    <Group gap="xs">
      {status === 'halted' ? (
        <ActionButton
          name="Resume"
          path={`/v1/rollouts/${id}/resume`}
          explanation="It goes on with the step at which it was halted, and with the evidence of that step."
        />
      ) : (
        <ActionButton
          name="Halt"
          path={`/v1/rollouts/${id}/halt`}
          explanation="It goes no further until somebody resumes or aborts it. Traffic stays as it is, and a check that fails still rolls back."
        />
      )}
      <ActionButton
        name="Abort"
        path={`/v1/rollouts/${id}/abort`}
        button={{ color: 'red', variant: 'light' }}
        explanation={`It ends: all traffic goes back to version ${champion}, and version ${candidate} is asked no more.`}
      />
    </Group>
  );
}

// What may be done about a retraining, as its state allows.

import type { RetrainingHead } from '@flightdeck/admin-api';
import { ActionButton } from '../../parts/action-button.tsx';

export function RetrainingActions({ id, state }: Pick<RetrainingHead, 'id' | 'state'>) {
  const path = `/v1/retrainings/${encodeURIComponent(id)}`;
  if (state === 'waiting' || state === 'active')
    return (
      <ActionButton
        name="Cancel it"
        path={`${path}/cancel`}
        explanation="What waits of it is taken out, what runs is told to end, and nothing of it is registered. Nobody else's job is touched."
      />
    );
  if (state === 'failed' || state === 'cancelled')
    return (
      <ActionButton
        name="Retry"
        path={`${path}/retry`}
        explanation="It starts afresh. Stages that were done stay done."
      />
    );
  return null;
}

// Gives the champion's name back to the version before.

import type { EndpointAnswer } from '@flightdeck/admin-api';
import { ActionButton } from '../../parts/action-button.tsx';

export function TakeBack({ endpoint }: { readonly endpoint: EndpointAnswer }) {
  const { model, champion, before, rollout } = endpoint;
  if (before === null) return null;
  return (
    <ActionButton
      name={`Roll back to version ${before}`}
      path={`/v1/models/${model}/rollback`}
      button={{ color: 'red', variant: 'light' }}
      explanation={`Version ${before} becomes the champion again, in the place of version ${champion}; serving follows within a second.${rollout ? ' The rollout under way is aborted.' : ''}`}
    />
  );
}

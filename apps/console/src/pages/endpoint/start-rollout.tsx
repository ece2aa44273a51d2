// Begins a rollout of a version that somebody names.

import type { EndpointAnswer } from '@flightdeck/admin-api';
import { NumberInput } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../parts/action-button.tsx';

export function StartRollout({ endpoint }: { readonly endpoint: EndpointAnswer }) {
  const { model, champion, challenger, latest, experiment } = endpoint;
  const offered = [challenger, latest].find((version) => version !== null && version !== champion);
  const [version, setVersion] = useState<number | undefined>(offered ?? undefined);
  if (experiment !== null) return null;
  return (
    <ActionButton
      name="Start a rollout"
      path="/v1/rollouts"
      body={{ model, ...(version !== undefined && { version }) }}
      explanation={`The version is first asked in the shadow, then answers a growing share, as the model's policy says; each step waits for its evidence. A check that fails gives all traffic back to version ${champion}.`}
      fields={
        <NumberInput
          label="Version"
          description={describe(endpoint)}
          required
          min={1}
          allowDecimal={false}
          value={version ?? ''}
          onChange={(value) => setVersion(typeof value === 'number' ? value : undefined)}
        />
      }
    />
  );
}

function describe({ champion, challenger, latest }: EndpointAnswer): string {
  const challenging = challenger === null ? '' : ` The challenger is version ${challenger}.`;
  return `Version ${champion} is the champion, version ${latest} the latest.${challenging}`;
}

// Asks for a retraining or a recalibration by hand.

import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../parts/action-button.tsx';

const explanations = {
  retrain:
    'A new network is trained on everything whose label is known by now, in several trials, and judged against the champion. What passes becomes challenger, and a rollout begins.',
  recalibrate:
    'The champion keeps its network and gets a new calibration from the latest labels. It takes seconds, mends probabilities that are off, and never the ranking.',
} as const;

export function StartRetraining({ models }: { readonly models: readonly string[] }) {
  const [chosen, setChosen] = useState<string>();
  const model = chosen ?? models[0];
  if (model === undefined) return null;
  const fields = (
    <NativeSelect
      label="Model"
      data={[...models]}
      value={model}
      onChange={({ currentTarget }) => setChosen(currentTarget.value)}
    />
  );
  return (['retrain', 'recalibrate'] as const).map((action) => (
    <ActionButton
      key={action}
      name={action === 'retrain' ? 'Retrain' : 'Recalibrate'}
      path="/v1/retrainings"
      body={{ model, action }}
      fields={fields}
      explanation={explanations[action]}
    />
  ));
}

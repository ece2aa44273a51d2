// A person says what a prediction turned out to be.

import { ActionButton } from '../../parts/action-button.tsx';

interface LabelButtonProps {
  readonly model: string;
  readonly id: string;
  readonly label: 0 | 1;
}

const words = { 0: 'negative', 1: 'positive' } as const;

export function LabelButton({ model, id, label }: LabelButtonProps) {
  return (
    <ActionButton
      name={`Label ${words[label]}`}
      explanation={
        <>
          Prediction {id} gets the label {label} ({words[label]}). Serving stores it like any other label, and
          it counts in quality reports and in retraining. If there is a label already, yours corrects it, and
          both are kept.
        </>
      }
      path={`/v1/predictions/${encodeURIComponent(id)}/label`}
      body={{ model, label }}
    />
  );
}

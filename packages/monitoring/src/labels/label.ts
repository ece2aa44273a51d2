// A label as it comes, and what of it can be taken.

import { type PredictionName, parsePredictionId } from '../prediction-id.ts';

export interface Label {
  readonly predictionId: string;
  readonly label: 0 | 1;
  /** When the truth became known, milliseconds since 1970 UTC. */
  readonly knownAt: number;
}

export interface RefusedLabel {
  /** The place in what was sent. */
  readonly index: number;
  readonly code: 'PREDICTION_ID_INVALID' | 'LABEL_CONTRADICTORY';
  readonly message: string;
}

export interface NamedLabel extends Label {
  readonly name: PredictionName;
}

/** Takes what names a prediction. Two labels of one prediction at one time, where no one can say which corrects which, are refused both. */
export function sortLabels(labels: readonly Label[]): { accepted: NamedLabel[]; refused: RefusedLabel[] } {
  const contradictory = contradictions(labels);
  const accepted: NamedLabel[] = [];
  const refused: RefusedLabel[] = [];
  for (const [index, label] of labels.entries()) {
    const name = parsePredictionId(label.predictionId);
    if (name === null) refused.push(invalidId(index, label));
    else if (contradictory.has(momentOf(label))) refused.push(contradictoryLabel(index, label));
    else accepted.push({ ...label, name });
  }
  return { accepted, refused };
}

function contradictions(labels: readonly Label[]): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const contradictory = new Set<string>();
  for (const label of labels) {
    const moment = momentOf(label);
    const before = seen.get(moment);
    if (before !== undefined && before !== label.label) contradictory.add(moment);
    seen.set(moment, label.label);
  }
  return contradictory;
}

function momentOf({ predictionId, knownAt }: Label): string {
  return `${predictionId} ${knownAt}`;
}

function invalidId(index: number, { predictionId }: Label): RefusedLabel {
  return {
    index,
    code: 'PREDICTION_ID_INVALID',
    message: `${JSON.stringify(predictionId.slice(0, 60))} is no prediction's id. Send the predictionId that the answer gave.`,
  };
}

function contradictoryLabel(index: number, { predictionId }: Label): RefusedLabel {
  return {
    index,
    code: 'LABEL_CONTRADICTORY',
    message: `${predictionId} is labelled 0 and 1 at the same time. Send the one that is right, or the times at which each was known.`,
  };
}

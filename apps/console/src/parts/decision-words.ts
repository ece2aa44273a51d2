// Kinds of decisions in words, and in colours that only repeat them.

const words: Readonly<Record<string, string>> = {
  start: 'Rollout begun',
  'start-rollout': 'Rollout begun',
  wait: 'Waits',
  advance: 'On to the next step',
  promote: 'Promoted',
  'roll-back': 'Rolled back',
  hold: 'Held',
  halt: 'Halted',
  resume: 'Resumed',
  abort: 'Aborted',
  retrain: 'Retraining',
  recalibrate: 'Recalibration',
  skip: 'Left as it is',
  'make-champion': 'Champion made',
  'take-back': 'Champion taken back',
};

/** "Rolled back"; a kind that is not known here as it is written. */
export function decisionWords(kind: string): string {
  return words[kind] ?? kind.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());
}

const colours: Readonly<Record<string, string>> = {
  promote: 'green',
  advance: 'green',
  'roll-back': 'red',
  'take-back': 'red',
  abort: 'red',
  halt: 'orange',
  hold: 'yellow',
  skip: 'gray',
  wait: 'gray',
};

export function decisionColour(kind: string): string {
  return colours[kind] ?? 'blue';
}

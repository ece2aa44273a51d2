// What of the loop's timeline is shown, numbered as on the chart.

import type { LoopEvent } from '../demo/loop-schema.ts';
import type { Colour } from './palette.ts';

export interface Numbered extends LoopEvent {
  readonly number: number;
  readonly name: string;
  readonly colour: Colour;
}

const shown: Readonly<Record<LoopEvent['kind'], { readonly name: string; readonly colour: Colour }>> = {
  alarm: { name: 'Alarm', colour: 'inconclusive' },
  skip: { name: 'Left alone', colour: 'constant' },
  recalibrate: { name: 'Recalibration', colour: 'network' },
  retrain: { name: 'Retraining', colour: 'network' },
  gate: { name: 'Gate', colour: 'network' },
  'start-rollout': { name: 'Shadow', colour: 'champion' },
  advance: { name: 'Canary', colour: 'champion' },
  hold: { name: 'Held', colour: 'inconclusive' },
  halt: { name: 'Halted', colour: 'inconclusive' },
  promote: { name: 'Promotion', colour: 'pass' },
  'roll-back': { name: 'Rollback', colour: 'fail' },
  abort: { name: 'Aborted', colour: 'fail' },
  injected: { name: 'Injected', colour: 'fail' },
};

export function numbered(timeline: readonly LoopEvent[]): readonly Numbered[] {
  return timeline.map((event, index) => ({ ...event, number: index + 1, ...shown[event.kind] }));
}

// The order of a replay. Rows come in order of their own time, and what happens to them later (a landing, a label) is put where it
// belongs between the rows that follow. The result is a stream of ticks: what is to be sent in each few minutes of event time.
//
// Within a tick, predictions come first: a departure must not be known to its own prediction, and nothing that happens in a tick is
// known to the tick's predictions. With ticks of one minute, which is the resolution of event time, that is what "strictly before" means.

import { draw } from './draw.ts';
import type { ReplayEvent, ReplayRow, ReplaySource, Span, Values } from './replay-source.ts';

export interface Prediction {
  readonly row: number;
  readonly at: number;
  /** Milliseconds after `at` at which it is asked for where the replay is paced: callers do not all come at the full minute. */
  readonly offsetMs: number;
  readonly unit: string;
  readonly instance: Values;
}

export interface Label {
  readonly row: number;
  /** When the row was predicted. */
  readonly rowTime: number;
  /** When the label is sent; its own time is `knownAt`. */
  readonly at: number;
  readonly knownAt: number;
  /** Null: it never comes. */
  readonly label: 0 | 1 | null;
}

export interface Tick {
  /** From `at` until before `end`, minutes. */
  readonly at: number;
  readonly end: number;
  readonly predictions: readonly Prediction[];
  readonly events: readonly ReplayEvent[];
  readonly labels: readonly Label[];
}

export interface ScheduleOptions extends Span {
  /** Rows before it are not predicted: their events are the warm-up. */
  readonly predictFrom: number;
  readonly seed: number;
  /** Share of the rows that are predicted, in (0, 1]. Events are never sampled: aggregates would be wrong. */
  readonly share: number;
  readonly tickMinutes: number;
  readonly changes: Changes;
}

/** What faults make of what is sent: pure, and a label may only become later. */
export interface Changes {
  prediction(prediction: Prediction): Prediction;
  label(label: Label): Label;
}

/** Ticks in order, empty ones left out. Whatever `startAt` is, what is sent at or after it is the same. */
export async function* scheduleOf(source: ReplaySource, options: ScheduleOptions): AsyncGenerator<Tick> {
  const { tickMinutes, predictFrom, startAt } = options;
  const tickOf = (at: number) => predictFrom + Math.floor((at - predictFrom) / tickMinutes) * tickMinutes;
  const open = new Map<number, OpenTick>();
  const into = (at: number): OpenTick => {
    const key = tickOf(at);
    const found = open.get(key) ?? { predictions: [], events: [], labels: [] };
    open.set(key, found);
    return found;
  };
  const close = (at: number): Tick[] => {
    const tick = open.get(at);
    open.delete(at);
    return tick ? [inOrder(at, at + tickMinutes, tick)] : [];
  };

  let at = tickOf(startAt);
  for await (const row of source.rows(options)) {
    for (const now = tickOf(row.time); at < now; at += tickMinutes) yield* close(at);
    place(row, options, into);
  }
  for (const rest of [...open.keys()].sort((a, b) => a - b)) yield* close(rest);
}

interface OpenTick {
  readonly predictions: Prediction[];
  readonly events: ReplayEvent[];
  readonly labels: Label[];
}

function place(row: ReplayRow, options: ScheduleOptions, into: (at: number) => OpenTick): void {
  const { seed, share, startAt, predictFrom, to, changes } = options;
  for (const event of row.events) {
    // Events after the end belong to whoever replays on from there. Only labels are awaited longer.
    if (event.at >= startAt && event.at < to) into(event.at).events.push(event);
  }
  if (row.time < predictFrom || draw(seed, 'share', row.id) >= share) return;
  if (row.time >= startAt) into(row.time).predictions.push(changes.prediction(predictionOf(row, seed)));
  const label = changes.label({
    row: row.id,
    rowTime: row.time,
    at: row.knownAt,
    knownAt: row.knownAt,
    label: row.label,
  });
  if (label.at >= startAt) into(label.at).labels.push(label);
}

function predictionOf({ id, time, unit, instance }: ReplayRow, seed: number): Prediction {
  return { row: id, at: time, offsetMs: draw(seed, 'moment', id) * 60_000, unit, instance };
}

function inOrder(at: number, end: number, { predictions, events, labels }: OpenTick): Tick {
  const moment = (prediction: Prediction) => prediction.at * 60_000 + prediction.offsetMs;
  return {
    at,
    end,
    predictions: predictions.sort((a, b) => moment(a) - moment(b)),
    events: events.sort((a, b) => a.at - b.at),
    labels: labels.sort((a, b) => a.at - b.at),
  };
}

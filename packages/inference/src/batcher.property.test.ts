// Whatever comes, in whatever order: everybody gets exactly their own rows, or is told why not.

import { FlightdeckError } from '@flightdeck/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batcher } from './batcher.ts';
import type { Inference } from './inference-model.ts';
import {
  answerTo,
  inputs,
  knownModel,
  outputs,
  poisonIn,
  rowsOf,
  type SeenRun,
} from './known-model.fixture.ts';
import type { Overloaded } from './overloaded.ts';
import { runTime } from './run-cost.ts';
import { virtualTime } from './virtual-time.fixture.ts';

/** Most of the time what is usual, so that requests meet each other. */
const mostly = <Usual, Odd>(usual: Usual, odd: fc.Arbitrary<Odd>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });

const request = fc.record({
  at: fc.oneof(fc.constantFrom(0, 10, 50), fc.nat(120)),
  rows: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 30 })),
  columns: mostly(1, fc.constant(3)),
  wanted: mostly(undefined, fc.constantFrom(['echo'], ['double', 'echo'], ['echo', 'double'])),
  timeoutMs: fc.oneof(fc.integer({ min: -2, max: 60 }), fc.integer({ min: 60, max: 2_000 })),
  isPoisoned: mostly(false, fc.boolean()),
});

const world = fc.record({
  isBatching: mostly(true, fc.constant(false)),
  takesFeeds: fc.boolean(),
  lanes: fc.constantFrom(
    { concurrency: 1, volley: 1, ahead: 0 },
    { concurrency: 3, volley: 1, ahead: 0 },
    { concurrency: 1, volley: 4, ahead: 0 },
    { concurrency: 1, volley: 1, ahead: 1 },
    { concurrency: 2, volley: 1, ahead: 2 },
  ),
  maxBatchRows: fc.integer({ min: 1, max: 16 }),
  maxQueuedRows: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(1_000)),
  maxDelayMs: fc.constantFrom(0, 0, 5, 40),
  cost: fc.record({ fixedMs: fc.constantFrom(0.01, 1, 10), perRowMs: fc.constantFrom(0, 0.5, 4) }),
  /** How much longer or shorter runs take than they are thought to, in turn. */
  surprises: fc.array(fc.constantFrom(0, 0.5, 1, 1, 2, 30), { minLength: 1, maxLength: 5 }),
  /** The runs of which the thread dies. */
  deaths: fc.uniqueArray(fc.nat(30), { maxLength: 2 }),
  retiredAt: mostly(null, fc.nat(150)),
  requests: fc.array(request, { minLength: 1, maxLength: 40, size: '+1' }),
});

type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;
type Request = World['requests'][number];

/** A request, and what became of it. */
interface Told extends Request {
  readonly ids: readonly number[];
  readonly deadline: number;
  readonly ends: {
    readonly time: number;
    readonly inference?: Inference;
    readonly error?: FlightdeckError;
  }[];
}

async function live(w: World) {
  const time = virtualTime();
  const told = w.requests.map((request, n): Told => {
    const ids = Array.from({ length: request.rows }, (_, row) => 100 * n + row);
    return { ...request, ids, deadline: request.at + request.timeoutMs, ends: [] };
  });
  const poison = new Set(told.filter(({ isPoisoned }) => isPoisoned).map(({ ids }) => ids.at(-1)!));
  const model = knownModel({
    time,
    ...w.lanes,
    takesFeeds: w.takesFeeds,
    duration: (rows, run) =>
      runTime(w.cost, w.isBatching ? rows : 1) * w.surprises[run % w.surprises.length]!,
    failure: (ids, run) =>
      w.deaths.includes(run) ? new FlightdeckError('MODEL_UNAVAILABLE', 'It died.') : poisonIn(ids, poison),
  });
  const requests = batcher({ ...w, inputs, outputs, runner: model, scheduler: time });
  const queued: number[] = [];
  for (const { at, ids, columns, wanted, deadline, ends } of told)
    time.at(at, () => {
      const end = (what: Omit<Told['ends'][number], 'time'>) => ends.push({ time: time.now(), ...what });
      requests.infer({ rows: rowsOf(ids, columns), deadline, ...(wanted && { outputs: wanted }) }).then(
        (inference) => end({ inference }),
        (error) => end({ error }),
      );
      queued.push(requests.load.queuedRows);
    });
  if (w.retiredAt !== null) time.at(w.retiredAt, () => void requests.drain());
  await time.runAll();
  const left = requests.load;
  let isDrained = false;
  void requests.drain().then(() => {
    isDrained = true;
  });
  await time.runAll();
  return { told, runs: model.runs, mostQueued: Math.max(...queued), left, isDrained };
}

const runsOf = ({ ids }: Told, runs: readonly SeenRun[]) =>
  runs.filter((run) => ids.some((id) => run.ids.includes(id)));

function checkRun(run: SeenRun, told: readonly Told[], w: World): void {
  const inside = told.filter(({ ids }) => ids.some((id) => run.ids.includes(id)));
  if (w.isBatching) expect(run.ids.length).toBeLessThanOrEqual(w.maxBatchRows);
  else expect(inside).toHaveLength(1);
  expect(run.running).toBeLessThanOrEqual(w.lanes.concurrency);
  for (const each of inside) {
    expect(each.columns).toBe(run.columns);
    expect(new Set(each.wanted)).toEqual(new Set(run.outputs));
    // Nobody runs who has been told already, so nobody runs who is past their deadline; but of what is handed over together or
    // ahead, only the first run begins at once.
    if (w.lanes.volley > 1 || w.lanes.ahead > 0) continue;
    expect(each.ends[0]!.time).toBeGreaterThanOrEqual(run.startedAt);
    expect(each.deadline).toBeGreaterThan(run.startedAt);
  }
}

function checkAnswer(each: Told, runs: readonly SeenRun[]): void {
  const { inference, time } = each.ends[0]!;
  expect(inference!.outputs).toEqual(answerTo(each.ids, each.columns, each.wanted));
  expect(time).toBeLessThan(each.deadline);
  expect(each.isPoisoned).toBe(false);
  for (const id of each.ids)
    expect(runs.filter((run) => run.ids.includes(id) && run.failure === undefined)).toHaveLength(1);
  expect(inference!.queueMs).toBeGreaterThanOrEqual(0);
}

function checkRefusal(each: Told, runs: readonly SeenRun[], w: World): void {
  const { error, time } = each.ends[0]!;
  const own = runsOf(each, runs);
  switch (error!.code) {
    case 'OVERLOADED':
      expect(own).toEqual([]);
      expect(time).toBeLessThanOrEqual(Math.max(each.at, each.deadline));
      expect((error as Overloaded).retryAfterMs).toBeGreaterThanOrEqual(1);
      break;
    case 'DEADLINE_EXCEEDED':
      expect(own).not.toEqual([]);
      expect(time).toBe(each.deadline);
      break;
    case 'MODEL_FAILED_ON_INPUT':
      expect(each.isPoisoned).toBe(true);
      expect(own.some(({ failure }) => failure?.message.includes('poisoned'))).toBe(true);
      break;
    case 'MODEL_UNAVAILABLE':
      expect(own.some(({ failure }) => failure?.message === 'It died.')).toBe(true);
      expect(error!.retryable).toBe(true);
      break;
    case 'MODEL_RETIRED':
      expect(each.at).toBeGreaterThanOrEqual(w.retiredAt!);
      expect(own).toEqual([]);
      break;
    default:
      expect(error).toMatchObject({ code: 'TOO_MANY_INSTANCES' });
      expect(each.rows).toBeGreaterThan(w.maxQueuedRows);
  }
}

test('everybody gets exactly their own rows, once and in time, or hears why not; and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (w) => {
      const { told, runs, mostQueued, left, isDrained } = await live(w);
      for (const run of runs) checkRun(run, told, w);
      for (const each of told) {
        expect(each.ends).toHaveLength(1);
        if (w.retiredAt !== null && each.at > w.retiredAt)
          expect(each.ends[0]!.error).toMatchObject({ code: 'MODEL_RETIRED' });
        if (each.ends[0]!.inference) checkAnswer(each, runs);
        else checkRefusal(each, runs, w);
      }
      expect(mostQueued).toBeLessThanOrEqual(w.maxQueuedRows);
      expect(left).toEqual({ queuedRows: 0, running: 0, waitMs: 0, answerMs: 0 });
      expect(isDrained).toBe(true);
    }),
    { numRuns: 400 },
  );
}, 60_000);

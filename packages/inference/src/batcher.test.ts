import { FlightdeckError } from '@flightdeck/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caution } from './admission.ts';
import { type BatcherOptions, batcher } from './batcher.ts';
import type { BatchReport, Work } from './inference-model.ts';
import {
  answerTo,
  inputs,
  type KnownModelOptions,
  knownModel,
  outputs,
  poisonIn,
  rowsOf,
} from './known-model.fixture.ts';
import { Overloaded } from './overloaded.ts';
import { runTime } from './run-cost.ts';
import { virtualTime } from './virtual-time.fixture.ts';

const cost = { fixedMs: 10, perRowMs: 1 };

/** A batcher over the known model, whose runs take what they should. */
function setUp(options: Partial<BatcherOptions & KnownModelOptions> = {}) {
  const { time = virtualTime() } = options;
  const model = knownModel({ time, duration: (rows) => runTime(options.cost ?? cost, rows), ...options });
  const reports: BatchReport[] = [];
  const requests = batcher({
    inputs,
    outputs,
    isBatching: true,
    runner: model,
    scheduler: time,
    cost,
    maxBatchRows: 8,
    maxDelayMs: 0,
    maxQueuedRows: 100,
    onBatch: (report) => reports.push(report),
    ...options,
  });
  /** Sends rows of these ids, and keeps what becomes of them. */
  const send = (
    ids: readonly number[],
    { timeoutMs = 10_000, ...work }: { timeoutMs?: number } & Partial<Work> = {},
  ) => {
    const answer = requests.infer({ rows: rowsOf(ids), deadline: time.now() + timeoutMs, ...work });
    // Looked at later; until then it must not count as unhandled.
    answer.catch(() => {});
    return answer;
  };
  return { time, model, requests, reports, send, idsOfRuns: () => model.runs.map(({ ids }) => ids) };
}

const errorOf = (answer: Promise<unknown>): Promise<FlightdeckError> =>
  answer.then(
    () => expect.unreachable('It should have been refused.'),
    (error) => error,
  );

describe('refused at the door', () => {
  test('a request whose deadline has passed, before anything else moves', async () => {
    const { model, send } = setUp();
    await expect(send([1], { timeoutMs: 0 })).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterMs: 1 });
    expect(model.runs).toEqual([]);
  });

  test('a request with more rows than may ever wait, which no time would help', async () => {
    const { send } = setUp({ maxQueuedRows: 2 });
    await expect(send([1, 2, 3])).rejects.toMatchObject({ code: 'TOO_MANY_INSTANCES', retryable: false });
  });

  test('a request for an output that the model does not have, or for none', async () => {
    const { send } = setUp();
    await expect(send([1], { outputs: ['echo', 'treble'] })).rejects.toThrow(
      'The model has no output "treble". It has double, echo.',
    );
    await expect(send([1], { outputs: [] })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('one row as soon as the load says so, which can be asked before there is a request', () => {
    const { requests, send } = setUp({ maxBatchRows: 1_000, maxQueuedRows: 1_000 });
    const timeoutMs = 100;
    for (let id = 0; id < 200; id++) {
      const { queuedRows, answerMs } = requests.load;
      send([id], { timeoutMs });
      expect(requests.load.queuedRows > queuedRows).toBe(answerMs * caution <= timeoutMs);
    }
    expect(requests.load).toMatchObject({ queuedRows: 70, answerMs: 81 });
  });

  test('what the line has no room for, with the time in which room is made', async () => {
    const { time, send } = setUp({ maxQueuedRows: 10 });
    send([0]);
    await time.runUntil(1);
    send([1, 2, 3, 4, 5, 6, 7, 8]);
    send([9, 10]);
    const refused = await errorOf(send([11]));
    expect(refused).toMatchObject({ code: 'OVERLOADED', retryable: true });
    await time.runUntil(1 + (refused as Overloaded).retryAfterMs);
    const taken = send([11]);
    await time.runAll();
    await expect(taken).resolves.toMatchObject({ outputs: answerTo([11]) });
  });

  test('what would be answered too late, by what runs and waits already', async () => {
    const { time, send } = setUp();
    send([0]);
    await time.runUntil(1);
    // 10 ms are left of the run, and 11 more are needed: 21, and a quarter more for caution.
    await expect(send([1], { timeoutMs: 26 })).rejects.toMatchObject({ code: 'OVERLOADED' });
    const taken = send([1], { timeoutMs: 27 });
    await time.runAll();
    await expect(taken).resolves.toMatchObject({ queueMs: 10, runMs: 11 });
  });

  test('everything, once it is draining', async () => {
    const { requests, send } = setUp();
    await requests.drain();
    await expect(send([1])).rejects.toMatchObject({ code: 'MODEL_RETIRED', retryable: true });
  });
});

describe('a batch', () => {
  test('is what came in one turn of the event loop, in order of arrival', async () => {
    const { time, send, idsOfRuns, reports } = setUp();
    const answers = [send([1]), send([2, 3]), send([4])];
    await time.runAll();
    expect(idsOfRuns()).toEqual([[1, 2, 3, 4]]);
    expect(reports).toEqual([{ rows: 4, requests: 3, runMs: 14 }]);
    expect((await Promise.all(answers)).map(({ outputs }) => outputs)).toEqual([
      answerTo([1]),
      answerTo([2, 3]),
      answerTo([4]),
    ]);
  });

  test('is what came while the one before it ran', async () => {
    const { time, send, idsOfRuns } = setUp();
    send([1]);
    await time.runUntil(1);
    send([2]);
    await time.runUntil(2);
    send([3]);
    await time.runAll();
    expect(idsOfRuns()).toEqual([[1], [2, 3]]);
  });

  test('is handed over with the full ones before it, to run in one turn of the event loop', async () => {
    const { time, model, send, idsOfRuns } = setUp({ volley: 3, maxBatchRows: 2 });
    const answers = [1, 3, 5, 7].map((id) => send([id, id + 1]));
    await time.runAll();
    expect(idsOfRuns()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    expect(model.runs.map(({ startedAt }) => startedAt)).toEqual([0, 12, 24, 36]);
    expect((await Promise.all(answers)).map(({ queueMs }) => queueMs)).toEqual([0, 12, 24, 36]);
  });

  test('of several that would be handed over leaves out whom the others make late', async () => {
    const duration = (_rows: number, index: number) => (index === 0 ? 30 : 12);
    const { time, send, idsOfRuns } = setUp({ volley: 3, maxBatchRows: 2, duration });
    send([0]);
    await time.runUntil(1);
    const answers = [1, 3, 5].map((id) => send([id, id + 1], { timeoutMs: 65 }));
    await time.runAll();
    expect(idsOfRuns()).toEqual([[0], [1, 2], [3, 4]]);
    expect(await errorOf(answers[2]!)).toMatchObject({ code: 'OVERLOADED' });
  });

  test('waits while each turn of the event loop brings more, but not for long', async () => {
    const time = virtualTime();
    const slowTurns = { ...time, onNextTurn: (task: () => void) => void time.at(time.now() + 0.3, task) };
    const { model, send } = setUp({ time, scheduler: slowTurns, maxBatchRows: 1_000 });
    for (let n = 0; n < 200; n++) time.at(n / 10, () => void send([n]));
    await time.runAll();
    expect(model.runs[0]!.ids.length).toBeGreaterThan(1);
    expect(model.runs[0]!.startedAt).toBeLessThan(5);
  });

  test('waits for company as long as it may, and no longer than until it is full', async () => {
    const { time, model, send, idsOfRuns } = setUp({ maxDelayMs: 50 });
    send([1]);
    await time.runUntil(30);
    send([2]);
    await time.runUntil(100);
    send([3, 4, 5]);
    send([6, 7, 8, 9, 10]);
    await time.runAll();
    expect(idsOfRuns()).toEqual([
      [1, 2],
      [3, 4, 5, 6, 7, 8, 9, 10],
    ]);
    expect(model.runs.map(({ startedAt }) => startedAt)).toEqual([50, 100]);
  });

  test('starts early enough for the one that has least time', async () => {
    const { time, model, send } = setUp({ maxDelayMs: 50 });
    send([1]);
    // A run of two takes 12 ms, and a quarter more for caution.
    const hurried = send([2], { timeoutMs: 40 });
    await time.runAll();
    expect(model.runs).toMatchObject([{ startedAt: 25, ids: [1, 2] }]);
    await expect(hurried).resolves.toMatchObject({ queueMs: 25, runMs: 12 });
  });

  test('holds no more rows than it may: a request that does not fit is the first of the next', async () => {
    const { time, send, idsOfRuns } = setUp();
    send([1, 2, 3, 4, 5]);
    send([6, 7, 8, 9]);
    send([10]);
    await time.runAll();
    expect(idsOfRuns()).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10],
    ]);
  });

  test('is one of several that a large request takes, whose rows come back together', async () => {
    const { time, send, idsOfRuns } = setUp();
    const ids = Array.from({ length: 19 }, (_, i) => i);
    const answer = send(ids);
    send([100]);
    await time.runAll();
    expect(idsOfRuns().map((run) => run.length)).toEqual([8, 8, 4]);
    await expect(answer).resolves.toEqual({ outputs: answerTo(ids), queueMs: 0, runMs: 18 + 18 + 14 });
  });

  test('starts at once where another run is possible beside those that go on', async () => {
    const { time, model, send } = setUp({ concurrency: 2 });
    send([1]);
    await time.runUntil(1);
    send([2]);
    await time.runAll();
    expect(model.runs).toMatchObject([
      { startedAt: 0, running: 1 },
      { startedAt: 1, running: 2 },
    ]);
  });

  test('waits in its thread, if it is full, for the one that goes on there; the rest wait for company', async () => {
    const { time, model, send, requests } = setUp({ ahead: 1, maxBatchRows: 2 });
    send([0]);
    await time.runUntil(1);
    const answers = [[1, 2], [3, 4], [5]].map((ids) => send(ids));
    await time.runUntil(2);
    // 9 ms of the first run, 12 of the one ahead of the line, then 12 and 11 of the line.
    expect(requests.load).toEqual({ queuedRows: 3, running: 2, waitMs: 9 + 12 + 23, answerMs: 9 + 12 + 24 });
    await time.runAll();
    expect(model.runs.map(({ startedAt }) => startedAt)).toEqual([0, 11, 23, 35]);
    expect((await Promise.all(answers)).map(({ queueMs }) => queueMs)).toEqual([10, 22, 34]);
  });

  test('has rows of one shape and for the same outputs, and nobody is overtaken for long', async () => {
    const { time, model, send } = setUp();
    const wide = { rows: rowsOf([2], 3) };
    send([1]);
    send([], wide);
    send([3]);
    send([4], { outputs: ['double'] });
    send([5], { outputs: ['double', 'echo'] });
    send([6], { outputs: ['echo', 'double'] });
    await time.runAll();
    expect(model.runs.map(({ ids, columns, outputs }) => [ids, columns, outputs])).toEqual([
      [[1, 3], 1, undefined],
      [[2], 3, undefined],
      [[4], 1, ['double']],
      [[5, 6], 1, ['double', 'echo']],
    ]);
  });

  test('of one request is not copied, unless the memory is taken away', async () => {
    const taken: unknown[] = [];
    const rows = rowsOf([1]);
    for (const takesFeeds of [false, true]) {
      const { time, model, send } = setUp({ takesFeeds });
      const run = model.run;
      Object.assign(model, {
        run: (feeds: Parameters<typeof run>[0]) => {
          taken.push(feeds.x!.data);
          return run(feeds);
        },
      });
      send([], { rows });
      await time.runAll();
    }
    expect(taken[0]).toBe(rows.feeds().x!.data);
    expect(taken[1]).not.toBe(rows.feeds().x!.data);
  });

  test('is one request, as it came, for a model that must not mix rows', async () => {
    const { time, send, idsOfRuns, reports } = setUp({ isBatching: false, maxBatchRows: 2 });
    const answers = [send([1, 2, 3]), send([4])];
    await time.runAll();
    expect(idsOfRuns()).toEqual([[1, 2, 3], [4]]);
    expect(reports).toMatchObject([
      { rows: 1, requests: 1 },
      { rows: 1, requests: 1 },
    ]);
    expect((await Promise.all(answers)).map(({ outputs }) => outputs)).toEqual([
      answerTo([1, 2, 3]),
      answerTo([4]),
    ]);
  });
});

describe('deadlines', () => {
  test('what waits is refused at its deadline and never runs', async () => {
    // The first run takes far longer than anybody could think.
    const { time, send, idsOfRuns } = setUp({ duration: (_, run) => (run === 0 ? 1_000 : 1) });
    send([1]);
    await time.runUntil(1);
    const refused = errorOf(send([2], { timeoutMs: 100 }));
    let refusedAt = 0;
    void refused.then(() => {
      refusedAt = time.now();
    });
    await time.runAll();
    expect(await refused).toMatchObject({ code: 'OVERLOADED' });
    expect(refusedAt).toBe(101);
    expect(idsOfRuns()).toEqual([[1]]);
  });

  test('what runs is given up at its deadline; its run goes on, and those beside it are answered', async () => {
    const { time, send } = setUp({ duration: () => 100 });
    const late = errorOf(send([1], { timeoutMs: 50 }));
    const inTime = send([2]);
    let toldAt = 0;
    void late.then(() => {
      toldAt = time.now();
    });
    await time.runAll();
    expect(await late).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(toldAt).toBe(50);
    await expect(inTime).resolves.toMatchObject({ outputs: answerTo([2]), runMs: 100 });
  });

  test('who would come too late in the next run leaves it, so that the others come in time', async () => {
    const { time, model, send } = setUp({ duration: (rows, run) => (run === 0 ? 50 : runTime(cost, rows)) });
    send([0]);
    await time.runUntil(1);
    const hopeless = errorOf(send([1], { timeoutMs: 55 }));
    const others = [send([2], { timeoutMs: 80 }), send([3], { timeoutMs: 80 })];
    await time.runAll();
    expect(await hopeless).toMatchObject({ code: 'OVERLOADED' });
    expect(model.runs.map(({ ids }) => ids)).toEqual([[0], [2, 3]]);
    await Promise.all(others);
  });

  test('at twice the capacity, nine tenths of the peak are still answered in time', async () => {
    const at = async (load: number) => {
      const { time, send } = setUp({ maxQueuedRows: 10_000, maxBatchRows: 32 });
      const between = runTime(cost, 32) / 32 / load;
      let answered = 0;
      let late = 0;
      const count = (error?: FlightdeckError) => {
        if (error === undefined) answered++;
        if (error?.code === 'DEADLINE_EXCEEDED') late++;
      };
      const sent = Math.floor(5_000 / between);
      for (let n = 0; n < sent; n++)
        time.at(n * between, () => void send([n], { timeoutMs: 150 }).then(() => count(), count));
      await time.runAll();
      return { answered, late };
    };
    const [sustained, overload] = [await at(0.95), await at(2)];
    expect(sustained.late).toBe(0);
    expect(overload.answered).toBeGreaterThan(0.9 * sustained.answered);
    expect(overload.late).toBeLessThan(0.01 * overload.answered);
  });
});

describe('a run that fails', () => {
  test('fails the poisoned request alone, and is paid for by few more runs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }).chain((requests) =>
          fc.record({
            requests: fc.constant(requests),
            poison: fc.uniqueArray(fc.nat(requests - 1), { minLength: 1, maxLength: 4 }),
          }),
        ),
        async ({ requests, poison }) => {
          const bad = new Set(poison);
          const { time, send, model } = setUp({ maxBatchRows: 40, failure: (ids) => poisonIn(ids, bad) });
          const answers = Array.from({ length: requests }, (_, id) => send([id]));
          await time.runAll();
          const settled = await Promise.allSettled(answers);
          settled.forEach((answer, id) => {
            if (answer.status === 'fulfilled') expect(answer.value.outputs).toEqual(answerTo([id]));
            else
              expect(answer.reason).toMatchObject({
                code: 'MODEL_FAILED_ON_INPUT',
                message: `Row ${id} is poisoned.`,
              });
            expect(answer.status).toBe(bad.has(id) ? 'rejected' : 'fulfilled');
          });
          const depth = Math.ceil(Math.log2(requests));
          expect(model.runs.length - 1).toBeLessThanOrEqual(Math.min(2 * depth * bad.size, 2 * requests - 2));
        },
      ),
    );
  });

  test('is explained in a few hundred characters', async () => {
    const { time, send } = setUp({
      failure: () => new FlightdeckError('ONNX_RUN_FAILED', 'x'.repeat(10_000)),
    });
    const failed = errorOf(send([1]));
    await time.runAll();
    expect((await failed).message).toHaveLength(501);
  });

  test('for another reason than the rows fails everybody in it, who may try again, and is not repeated', async () => {
    for (const code of ['MODEL_UNAVAILABLE', 'ONNX_RELEASED']) {
      const { time, send, model } = setUp({ failure: () => new FlightdeckError(code, 'The thread died.') });
      const failed = [errorOf(send([1])), errorOf(send([2]))];
      await time.runAll();
      for (const error of await Promise.all(failed))
        expect(error).toMatchObject({
          code: 'MODEL_UNAVAILABLE',
          retryable: true,
          message: 'The thread died. Send the request again.',
        });
      expect(model.runs).toHaveLength(1);
    }
  });

  test('of a bug fails whom it comes from with that bug, and nobody else', async () => {
    const { time, send } = setUp();
    const bug = () => {
      throw new TypeError('A bug.');
    };
    const buggy = errorOf(send([], { rows: { ...rowsOf([1]), copy: bug, feeds: bug } }));
    const sound = send([2]);
    await time.runAll();
    expect(await buggy).toEqual(new TypeError('A bug.'));
    await expect(sound).resolves.toMatchObject({ outputs: answerTo([2]) });
  });

  test('to give as many rows as it got counts as a failure', async () => {
    const { time, model, send } = setUp();
    const run = model.run;
    Object.assign(model, {
      run: async (...work: Parameters<typeof run>) => {
        const finished = await run(...work);
        return { ...finished, outputs: answerTo([1, 2, 3]) };
      },
    });
    const failed = errorOf(send([1]));
    await time.runAll();
    expect(await failed).toMatchObject({
      code: 'MODEL_FAILED_ON_INPUT',
      message: 'The model\'s output "double" has the shape [3, 1] for 1 rows of input.',
    });
  });
});

test('when it has drained, nothing is left to come', async () => {
  const { time, requests, send } = setUp({ maxDelayMs: 1_000 });
  const answers = [send([1]), send([2])];
  const drained = requests.drain();
  // Nobody waits for company any more.
  await time.runUntil(12);
  await drained;
  await Promise.all(answers);
  expect(requests.load).toEqual({ queuedRows: 0, running: 0, waitMs: 0, answerMs: 0 });
  expect(time.pending).toBe(0);
});

test('an honest time to wait: with nothing else coming, the same request is then let in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.nat(100), timeoutMs: fc.integer({ min: 20, max: 5_000 }) }), {
        minLength: 1,
        maxLength: 80,
      }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 20, max: 120 }),
      async (others, maxQueuedRows, timeoutMs) => {
        const { time, send } = setUp({ maxQueuedRows });
        for (const [n, other] of others.entries()) time.at(other.at, () => void send([n], other));
        await time.runUntil(100);
        let refused: unknown;
        send([1_000], { timeoutMs }).catch((error) => {
          refused = error;
        });
        await time.runUntil(100);
        fc.pre(refused instanceof Overloaded);
        await time.runUntil(100 + refused.retryAfterMs);
        const second = send([1_000], { timeoutMs });
        await time.runAll();
        await expect(second).resolves.toMatchObject({ outputs: answerTo([1_000]) });
      },
    ),
  );
});

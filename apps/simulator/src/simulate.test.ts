import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Turn } from './controls.ts';
import type { LinkMode } from './faults.ts';
import { type Interference, type Recorder, record, refusalOf } from './recorder.fixture.ts';
import { replayPlan } from './replay-plan.ts';
import { type SimulateOptions, simulate } from './simulate.ts';
import { steadyRows, type ToyRow, toyRows, toySource, toyView } from './toy-source.fixture.ts';
import type { Post } from './transport.ts';
import { type VirtualTime, virtualTime } from './virtual-time.fixture.ts';

const day = '2001-05-01';
const from = Date.parse(day) / 60_000;
const minute = (count: number) => new Date((from + count) * 60_000).toISOString();

let stateFile: string;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-simulate-'));
  stateFile = join(folder, 'replay.json');
  return () => rm(folder, { recursive: true });
});

interface World {
  readonly rows: readonly ToyRow[];
  readonly recorder?: Recorder;
  readonly time?: VirtualTime;
  readonly plan?: Partial<Record<keyof typeof replayPlan.shape, unknown>>;
  readonly signal?: AbortSignal;
  readonly setLink?: (mode: LinkMode) => void;
  readonly ask?: (turn: Turn) => Promise<void>;
}

/** Replays an hour, unless the plan says otherwise. */
async function replay(world: World) {
  const { recorder = record(), time = virtualTime() } = world;
  const told: Record<string, unknown>[] = [];
  const summary = await time.run(
    start(world, { post: recorder.post, time, tell: (message) => told.push(message) }),
  );
  return { summary, told, recorder, time };
}

/** As if by SIGKILL: from a moment on nothing is answered, sent or written any more. */
async function replayUntilKilled(
  world: World & { readonly recorder: Recorder },
  moment: number,
): Promise<void> {
  const time = virtualTime();
  const killed = Promise.withResolvers<never>();
  const post: Post = (path, body) => {
    if (time.now() < moment) return world.recorder.post(path, body);
    killed.reject(new Error('killed'));
    return new Promise(() => {});
  };
  const work = start(world, { post, time, tell: () => {} });
  await time.run(Promise.race([work, killed.promise])).catch(() => {});
}

function start(world: World, { post, time, tell }: Pick<SimulateOptions, 'post' | 'time' | 'tell'>) {
  const { setLink } = world;
  const plan = replayPlan.parse({
    model: 'toy',
    url: 'http://serving',
    from: day,
    to: minute(60),
    ...world.plan,
  });
  return simulate({
    plan,
    view: toyView,
    source: toySource(world.rows),
    post,
    time,
    world: {
      ask: world.ask ?? (async () => {}),
      ...(setLink && { proxy: { set: setLink } }),
      redisPid: plan.redisPid,
    },
    tell,
    signal: world.signal ?? new AbortController().signal,
  });
}

const hour = steadyRows(from, 60);
const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe('when serving is in trouble', () => {
  it('and gone for a while, everything arrives all the same, and the replay says what happened', async () => {
    const time = virtualTime();
    let requests = 0;
    const recorder = record(() => {
      if (++requests > 20 && time.now() < 9000) throw new Error('ECONNREFUSED');
      return undefined;
    });
    const { summary, told } = await replay({ rows: hour, recorder, time });
    expect(told.filter(({ kind }) => kind === 'away').length).toBe(
      told.filter(({ kind }) => kind === 'back').length,
    );
    expect(told[0]).toMatchObject({ kind: 'away', reason: 'ECONNREFUSED' });
    expect(recorder.instances).toHaveLength(60);
    expect(recorder.labels.size).toBe(60);
    expect(new Set(recorder.events.map(({ id }) => id)).size).toBe(recorder.events.length);
    expect(summary.total.statuses.predict.none ?? summary.total.statuses.events.none).toBeGreaterThan(0);
  });

  it('for too long, the replay gives up, and goes on later from where it was', async () => {
    let requests = 0;
    const interfere: Interference = () => {
      if (++requests > 40) throw new Error('ECONNREFUSED');
      return undefined;
    };
    const plan = { stateFile, patienceMs: 5000, speed: 600 };
    const first = record(interfere);
    expect(await failure(replay({ rows: hour, recorder: first, plan }))).toMatchObject({
      code: 'SERVING_AWAY',
    });
    const second = record();
    const { summary } = await replay({ rows: hour, recorder: second, plan });
    expect(summary).toMatchObject({ complete: true, position: minute(60) });
    const units = [...first.instances, ...second.instances].map(({ unit }) => unit);
    expect(new Set(units).size).toBe(60);
    expect(second.instances.length).toBeLessThan(60);
  });

  it('and sheds load, a closed loop comes back when asked to', async () => {
    const time = virtualTime();
    const moments: number[] = [];
    const recorder = record((path) => {
      if (!path.endsWith('predict')) return undefined;
      moments.push(time.now());
      return moments.length === 1 ? { ...refusalOf(429, 'OVERLOADED', 'x'), retryAfterMs: 3000 } : undefined;
    });
    const { summary } = await replay({ rows: hour, recorder, time });
    expect(moments.slice(0, 2)).toEqual([0, 3000]);
    expect(summary.total).toMatchObject({
      predicted: 60,
      refused: 0,
      statuses: { predict: { 429: 1, 200: 60 } },
    });
  });

  it('and sheds load, an open loop counts it and does not come back; events and labels do', async () => {
    let shed = 0;
    const recorder = record(() => (++shed % 2 === 1 ? refusalOf(429, 'OVERLOADED', 'x') : undefined));
    const { summary } = await replay({ rows: hour, recorder, plan: { loop: 'open', speed: 600 } });
    const { predicted, refused, codes } = summary.total;
    expect(predicted + refused).toBe(60);
    expect(refused).toBeGreaterThan(10);
    expect(codes).toEqual({ OVERLOADED: refused });
    expect(summary.labels).toEqual({
      sent: predicted,
      unknown: 0,
      refused: 0,
      withheld: 0,
      orphaned: refused,
    });
    expect(new Set(recorder.events.map(({ id }) => id)).size).toBe(summary.events.accepted);
  });

  it('and refuses single events, they are counted by code with an example', async () => {
    const refused = [{ index: 0, code: 'EVENT_UNKNOWN', message: 'no such event' }];
    const recorder = record((path) =>
      path === '/v1/events'
        ? { status: 200, body: { accepted: 0, duplicate: 0, late: 0, refused } }
        : undefined,
    );
    const { summary } = await replay({ rows: hour.slice(0, 1), recorder });
    expect(summary.events.refused).toBeGreaterThan(0);
    expect(summary.examples[0]).toEqual({ route: 'events', code: 'EVENT_UNKNOWN', message: 'no such event' });
  });

  it('and answers fewer predictions than it was asked for, that is no Flightdeck', async () => {
    const recorder = record((path) =>
      path.endsWith('predict') ? { status: 200, body: { predictions: [] } } : undefined,
    );
    expect(await failure(replay({ rows: hour, recorder }))).toMatchObject({ code: 'SERVING_UNKNOWN' });
  });
});

describe('a closed loop', () => {
  it('asks for no prediction before all that happened earlier is in, whatever the batches', async () => {
    const anyPlan = fc.record({
      inFlight: fc.integer({ min: 1, max: 5 }),
      rowsPerRequest: fc.integer({ min: 1, max: 4 }),
      speed: fc.constantFrom(0, 600),
    });
    const property = fc.asyncProperty(toyRows(from, 60), anyPlan, async (rows, plan) => {
      const { recorder, summary } = await replay({ rows, plan: { ...plan, to: minute(90) } });
      let known = Number.NEGATIVE_INFINITY;
      let asked = Number.NEGATIVE_INFINITY;
      const waiting = recorder.events.map(({ time }) => time).sort((a, b) => a - b);
      for (const item of recorder.recorded) {
        if (item.kind === 'event') {
          expect(item.event.time).toBeGreaterThanOrEqual(known);
          known = item.event.time;
          // Its own prediction has been asked for already.
          expect(asked).toBeGreaterThanOrEqual(item.event.type === 'begin' ? known : asked);
          waiting.shift();
        } else if (item.kind === 'prediction') {
          asked = item.instance.time;
          expect(waiting[0] ?? asked).toBeGreaterThanOrEqual(asked);
        }
      }
      expect(summary.total.predicted).toBe(rows.length);
      expect(recorder.labels.size).toBe(rows.length);
    });
    await fc.assert(property, { numRuns: 30, seed: 4 });
  });

  it('sends each label at its own time with the id of its own prediction', async () => {
    const { recorder } = await replay({ rows: hour });
    for (const [id, { time, takes, waits }] of hour.entries()) {
      const label = recorder.labels.get(`toy-${id}`);
      expect(label).toMatchObject({ time: (time + takes + waits) * 60_000, label: id % 3 === 0 ? 1 : 0 });
    }
  });

  it('keeps the pace', async () => {
    const time = virtualTime();
    const moments: [number, number][] = [];
    const recorder = record((path, body) => {
      const [{ time: eventTime } = { time: 0 }] =
        (body as { instances?: { time: number }[] }).instances ?? [];
      if (path.endsWith('predict')) moments.push([(eventTime - from * 60_000) / 60_000, time.now()]);
      return undefined;
    });
    const { summary } = await replay({ rows: hour, recorder, time, plan: { speed: 120 } });
    expect(moments).toEqual(hour.map((_, index) => [index, index * 500]));
    expect(summary.speed).toBeCloseTo(120, 5);
  });

  it('has no more requests under way than it may, and several rows in one where it may', async () => {
    const time = virtualTime();
    let underWay = 0;
    let most = 0;
    const recorder = record(async (path) => {
      if (!path.endsWith('predict')) return undefined;
      most = Math.max(most, ++underWay);
      await time.until(time.now() + 100, new AbortController().signal);
      underWay--;
      return undefined;
    });
    const rows = Array.from({ length: 40 }, () => ({ time: from, takes: 3, waits: 2 }));
    await replay({ rows, recorder, time, plan: { inFlight: 3, rowsPerRequest: 4 } });
    expect(most).toBe(3);
    expect(
      recorder.requests.filter(({ path }) => path.endsWith('predict')).map(({ items }) => items),
    ).toEqual(Array(10).fill(4));
  });
});

describe('an open loop', () => {
  /** Serving answers at once, but for one stall of 10 s. */
  async function withStall(loop: 'open' | 'closed') {
    const time = virtualTime();
    const recorder = record(async (path) => {
      if (!path.endsWith('predict')) return undefined;
      if (time.now() >= 20_000 && time.now() < 30_000) await time.until(30_000, new AbortController().signal);
      return undefined;
    });
    const plan = { loop, speed: 60, inFlight: 2, to: minute(240) };
    const { summary } = await replay({ rows: steadyRows(from, 240), recorder, time, plan });
    return summary.total;
  }

  it('counts a latency from when the request was due, so that a stall is not hidden by who waits for it', async () => {
    const open = await withStall('open');
    const closed = await withStall('closed');
    // Ten of 240 requests were due during the stall, one a second. The closed loop sent one of them, and the others after it.
    expect(open.latency.max).toBeGreaterThan(9000);
    expect(open.latency.p99).toBeGreaterThan(6000);
    expect(closed.latency.max).toBeGreaterThan(9000);
    expect(closed.latency.p99).toBeLessThan(1);
    expect([open.predicted, closed.predicted]).toEqual([240, 240]);
  });

  it('goes on sending while answers are outstanding', async () => {
    const time = virtualTime();
    const sent: number[] = [];
    const recorder = record(async (path) => {
      if (!path.endsWith('predict')) return undefined;
      sent.push(time.now());
      await time.until(time.now() + 60_000, new AbortController().signal);
      return undefined;
    });
    const { summary } = await replay({
      rows: hour,
      recorder,
      time,
      plan: { loop: 'open', speed: 60, inFlight: 100 },
    });
    expect(sent.at(-1)).toBeLessThan(60_000);
    expect(summary.total.lateness.max).toBe(0);
    // Labels that became known before their row's answer came have waited for it.
    expect(recorder.labels.size).toBe(60);
  });

  it('asks for predictions while serving takes no events, and sends those once it does', async () => {
    const time = virtualTime();
    const isAway = () => time.now() >= 20_000 && time.now() < 40_000;
    const recorder = record((path) =>
      path === '/v1/events' && isAway() ? refusalOf(503, 'FEATURE_STORE_UNAVAILABLE', 'x') : undefined,
    );
    const { summary, told } = await replay({ rows: hour, recorder, time, plan: { loop: 'open', speed: 60 } });
    expect(summary.total).toMatchObject({ predicted: 60, refused: 0, latency: { max: 0 } });
    expect(told).toContainEqual({ kind: 'away', route: 'events', reason: 'x' });
    const times = recorder.events.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(recorder.events.map(({ id }) => id)).size).toBe(60 + 57);
  });
});

describe('a restart', () => {
  it('at any moment loses no event and no label, and asks again only for what was under way', async () => {
    const loops = fc.constantFrom({ loop: 'closed' }, { loop: 'open', inFlight: 3 });
    const moments = fc.integer({ min: 0, max: 13_000 });
    let restarts = 0;
    let resumed = 0;
    const property = fc.asyncProperty(toyRows(from, 60), moments, loops, async (rows, moment, loop) => {
      const plan = { ...loop, speed: 600, to: minute(90), stateFile: `${stateFile}-${restarts++}` };
      const recorder = record();
      const asked = () => recorder.instances.length;
      await replayUntilKilled({ rows, recorder, plan }, moment);
      const before = asked();
      // What a killed process was writing must not come in between.
      const copy = `${plan.stateFile}-copy`;
      await copyFile(plan.stateFile, copy).catch(() => {});
      const { summary } = await replay({ rows, recorder, plan: { ...plan, stateFile: copy } });

      expect(summary.complete).toBe(true);
      const ended = rows.filter(({ time, takes }) => time + takes < from + 90).length;
      expect(new Set(recorder.events.map(({ id }) => id)).size).toBe(rows.length + ended);
      expect(recorder.labels.size).toBe(rows.length);
      expect(new Set(recorder.instances.map(({ unit }) => unit)).size).toBe(rows.length);
      const { predictions } = JSON.parse(await readFile(copy, 'utf8')) as { predictions: unknown[] };
      expect(predictions).toEqual([]);
      if (asked() < before + rows.length) resumed++;
    });
    await fc.assert(property, { numRuns: 12, seed: 6 });
    // Or each began again from the start.
    expect(resumed).toBeGreaterThan(5);
  });

  it('of a finished replay sends nothing', async () => {
    const recorder = record();
    await replay({ rows: hour, recorder, plan: { stateFile } });
    const sent = recorder.requests.length;
    const { summary } = await replay({ rows: hour, recorder, plan: { stateFile } });
    expect(recorder.requests).toHaveLength(sent);
    expect(summary).toMatchObject({ complete: true, position: minute(60) });
  });

  it('with a later end goes on there, with the labels that were left', async () => {
    const rows = steadyRows(from, 120);
    const recorder = record();
    await replay({ rows, recorder, plan: { stateFile, drain: false } });
    expect(recorder.labels.size).toBe(55);
    await replay({ rows, recorder, plan: { stateFile, to: minute(120) } });
    expect(recorder.labels.size).toBe(120);
    const once = record();
    await replay({ rows, recorder: once, plan: { to: minute(120) } });
    expect(recorder.events).toEqual(once.events);
    expect(recorder.instances).toEqual(once.instances);
  });

  it('finds the labels again that a scenario has put off', async () => {
    const recorder = record();
    const scenarios = [{ name: 'late-labels', from: day, to: minute(60) }];
    await replay({ rows: hour, recorder, plan: { stateFile, drain: false, scenarios } });
    expect(recorder.labels.size).toBe(0);
    await replay({ rows: hour, recorder, plan: { stateFile, scenarios } });
    expect(recorder.labels.size).toBe(60);
  });

  it('refuses the state of another replay before anything is sent', async () => {
    await replay({ rows: hour, plan: { stateFile } });
    const recorder = record();
    const other = replay({ rows: hour, recorder, plan: { stateFile, seed: 2 } });
    expect(await failure(other)).toMatchObject({ code: 'STATE_OF_ANOTHER_REPLAY' });
    expect(recorder.requests).toEqual([]);
  });
});

describe('told to stop', () => {
  it('it settles what is under way, says how far it got, and goes on from there', async () => {
    const time = virtualTime();
    const stop = new AbortController();
    const recorder = record((path) => {
      if (path.endsWith('predict') && time.now() >= 3000) stop.abort(new Error('SIGTERM'));
      return undefined;
    });
    const plan = { speed: 600, stateFile };
    const { summary } = await replay({ rows: hour, recorder, time, plan, signal: stop.signal });
    // The row that was asked for last is past the position, and is not asked for again.
    expect(summary).toMatchObject({ complete: false, position: minute(30) });
    expect(recorder.instances).toHaveLength(31);
    const rest = record();
    await replay({ rows: hour, recorder: rest, plan });
    expect(recorder.instances.length + rest.instances.length).toBe(60);
  });

  it('while serving is away, it ends at the last checkpoint', async () => {
    const time = virtualTime();
    const stop = new AbortController();
    const recorder = record(() => {
      if (time.now() > 40_000) stop.abort(new Error('SIGTERM'));
      if (time.now() > 20_000) throw new Error('ECONNREFUSED');
      return undefined;
    });
    const { summary } = await replay({
      rows: hour,
      recorder,
      time,
      plan: { speed: 60 },
      signal: stop.signal,
    });
    expect(summary.complete).toBe(false);
    expect(Date.parse(summary.position)).toBeLessThanOrEqual(Date.parse(minute(21)));
    expect(Date.parse(summary.position)).toBeGreaterThan(Date.parse(minute(15)));
  });
});

describe('a warm-up', () => {
  it.each(['closed', 'open'])(
    'in a %s loop posts what happened before, as far back as the windows reach, without a prediction and without waiting',
    async (loop) => {
      const rows = steadyRows(from - 3000, 3060);
      const { recorder, summary, time } = await replay({ rows, plan: { warm: true, speed: 60, loop } });
      // An hour's window, and a day for the rows that were under way.
      const reach = 60 + 1440;
      expect(recorder.events[0]!.time).toBe((from - reach) * 60_000);
      expect(recorder.instances).toHaveLength(60);
      const early = recorder.recorded.findIndex(({ kind }) => kind === 'prediction');
      expect(early).toBe(reach * 2 - 3);
      expect(
        recorder.requests
          .filter(({ path }) => path === '/v1/events')
          .slice(0, 3)
          .map(({ items }) => items),
      ).toEqual([1000, 1000, 997]);
      expect(time.now()).toBe(65_000);
      expect(summary.phases['warm-up']).toMatchObject({ predicted: 0 });
    },
  );
});

describe('a scenario', () => {
  const during = (name: string) => ({ scenarios: [{ name, from: minute(20), to: minute(40) }] });

  it('that needs what the plan lacks is refused before anything is sent', async () => {
    const recorder = record();
    for (const [name, plan, lacks] of [
      ['dead-link', { speed: 60 }, /needs proxy/],
      ['paused-redis', { speed: 60, redisPid: 1 }, /needs an open loop/],
      ['paused-redis', { speed: 60, loop: 'open' }, /needs redisPid/],
    ] as const) {
      const refused = replay({ rows: hour, recorder, plan: { ...plan, ...during(name) } });
      expect(await failure(refused)).toMatchObject({
        code: 'PLAN_INVALID',
        message: expect.stringMatching(lacks),
      });
    }
    expect(recorder.requests).toEqual([]);
  });

  it('changes what is sent in its time alone, and has figures of its own', async () => {
    const { recorder, summary, told } = await replay({ rows: hour, plan: during('missing-field') });
    const without = recorder.instances.filter((instance) => !('size' in instance));
    expect(without.map(({ time }) => time / 60_000 - from)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 20),
    );
    expect(summary.phases['missing-field']!.predicted).toBe(20);
    expect(summary.phases.normal!.predicted).toBe(40);
    expect(told.filter(({ kind }) => kind === 'scenario')).toEqual([
      { kind: 'scenario', scenario: 'missing-field', state: 'begins', at: minute(20) },
      { kind: 'scenario', scenario: 'missing-field', state: 'ends', at: minute(40) },
    ]);
  });

  it('whose requests are refused leaves labels without a prediction, and examples', async () => {
    const recorder = record((_, body) => {
      const [instance = {}] = (body as { instances?: object[] }).instances ?? [];
      return 'size_v2' in instance ? refusalOf(400, 'UNKNOWN_FIELD', 'no field size_v2') : undefined;
    });
    const { summary } = await replay({ rows: hour, recorder, plan: during('renamed-field') });
    expect(summary.phases['renamed-field']).toMatchObject({
      predicted: 0,
      refused: 20,
      codes: { UNKNOWN_FIELD: 20 },
    });
    expect(summary.labels).toMatchObject({ sent: 40, orphaned: 20 });
    expect(summary.examples).toHaveLength(3);
  });

  it('of late labels sends them a day later, saying when they were known', async () => {
    const { recorder, summary } = await replay({ rows: hour, plan: during('late-labels') });
    expect(recorder.labels.size).toBe(60);
    const sent = [...recorder.labels.values()].map(({ time }) => time / 60_000 - from);
    // Those of the fault's time come last; each still says its own.
    expect(sent.slice(40)).toEqual(Array.from({ length: 20 }, (_, index) => index + 20));
    expect(summary.labels).toMatchObject({ sent: 60, withheld: 0 });
  });

  it('of missing labels forgets them', async () => {
    const { summary } = await replay({ rows: hour, plan: { ...during('missing-labels'), stateFile } });
    expect(summary.labels.withheld).toBeGreaterThan(10);
    expect(summary.labels.sent + summary.labels.withheld).toBe(60);
    const { predictions } = JSON.parse(await readFile(stateFile, 'utf8')) as { predictions: unknown[] };
    expect(predictions).toEqual([]);
  });

  it.each(['closed', 'open'])(
    'that cuts the link to serving ends by the clock, though a %s loop may be stuck',
    async (loop) => {
      let mode: LinkMode = { kind: 'pass' };
      const recorder = record(() => {
        if (mode.kind !== 'pass') throw new Error('no answer within 10000 ms');
        return undefined;
      });
      const setLink = (next: LinkMode) => {
        mode = next;
      };
      const plan = { ...during('dead-link'), loop, speed: 60 };
      const { recorder: recorded, told } = await replay({ rows: hour, recorder, setLink, plan });
      expect(told.map(({ kind }) => kind)).toContain('away');
      expect(told.filter(({ kind }) => kind === 'scenario').map(({ state }) => state)).toEqual([
        'begins',
        'ends',
      ]);
      expect(recorded.labels.size).toBe(60);
    },
  );

  it('that somebody else has to bring about holds the replay until they have', async () => {
    const recorder = record();
    const asked: [string, number][] = [];
    const ask = async ({ scenario, state }: Turn) => {
      await new Promise((resolve) => setImmediate(resolve));
      asked.push([`${scenario} ${state}`, recorder.instances.length]);
    };
    await replay({ rows: hour, recorder, ask, plan: during('bad-model') });
    expect(asked).toEqual([
      ['bad-model begins', 20],
      ['bad-model ends', 40],
    ]);
  });

  it('is undone when the replay ends before it', async () => {
    const modes: string[] = [];
    const setLink = (mode: LinkMode) => void modes.push(mode.kind);
    const plan = { scenarios: [{ name: 'slow-link', from: minute(20), to: minute(500) }], speed: 60 };
    await replay({ rows: hour, setLink, plan });
    expect(modes).toEqual(['delay', 'pass']);
  });
});

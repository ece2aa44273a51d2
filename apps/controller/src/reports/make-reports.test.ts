import { openRegistry, type Registry } from '@flightdeck/registry';
import { beforeEach, describe, expect, it } from 'vitest';
import { logLooks, withLog } from '../live-log.ts';
import { type ModelPolicy, readPolicy } from '../policy.ts';
import {
  freshHome,
  hour,
  model,
  monday,
  recordTraffic,
  registerVersions,
  type Segment,
} from '../traffic.fixture.ts';
import { type ModelLog, makeReports } from './make-reports.ts';
import { reportIn, reportsMade } from './reports-made.ts';
import { versionReferences } from './version-references.ts';

let home: string;
let registry: Registry;
let policy: ModelPolicy;

beforeEach(async () => {
  home = await freshHome();
  registry = await openRegistry({ home });
  await registerVersions(registry, 2);
  const [window] = (await readPolicy(home, model)).windows;
  const alarms = {
    ...window!.alarms,
    blockMinutes: 5,
    minimum: { rows: 500, blocks: 6 },
    drift: { stabilityIndex: 0.2, unwatched: [] },
  };
  const quality = { ...alarms.quality, labelDelayMinutes: 120 };
  const windows = [{ lengthMinutes: 60, stepMinutes: 60, alarms: { ...alarms, quality } }];
  policy = { ...(await readPolicy(home, model)), windows };
  return () => registry.close();
});

/** Reports as a process that has just started makes them. */
const desk = () => ({ registry, made: reportsMade(registry), references: versionReferences(registry) });

const report = async (hours: number, from = desk()) => {
  const place = { home, memoryLimit: '256MB' };
  const { traffic } = await logLooks(place).of(model, [60]);
  const read: ModelLog['read'] = (bounds, work) => withLog(place, model, work, bounds);
  return makeReports(from, { model, traffic, read, now: monday + hours * hour }, policy);
};

const anHour = (from: number, more: Partial<Segment> = {}): Segment => ({
  ...{ version: 1, from: monday + from * hour, to: monday + (from + 1) * hour, rows: 1_500, seed: from + 1 },
  ...more,
});

const stored = async () =>
  (await registry.reports.list({ limit: 100 })).map((one) => ({
    version: one.version,
    hours: (Date.parse(one.from) - monday) / hour,
    made: (reportIn(one).madeAt - monday) / hour,
    ...{ verdict: one.verdict, quality: reportIn(one).quality },
  }));

describe('reports', () => {
  it('are made of complete windows with traffic, once', async () => {
    await recordTraffic(home, anHour(0), anHour(1), anHour(1, { version: 2, variant: '2' }));
    await report(0.9);
    expect(await stored()).toEqual([]);
    await report(2);
    const told = (await stored()).map(({ version, hours, made }) => [version, hours, made]);
    expect(told).toEqual([
      [2, 1, 2],
      [1, 1, 2],
      [1, 0, 2],
    ]);
    // Another process, a little later: nothing is due, and nothing is made anew.
    await report(2.5);
    expect((await stored()).map(({ version, hours, made }) => [version, hours, made])).toEqual(told);
  });

  it('are made again when labels have had their time, in the place of the first', async () => {
    const window = anHour(0);
    await recordTraffic(home, { ...window, unlabelled: 1 });
    const once = desk();
    await report(1, once);
    expect(await stored()).toMatchObject([{ hours: 0, made: 1, quality: { rows: 0, coverage: 0 } }]);
    await report(3, once);
    expect(await stored()).toMatchObject([{ hours: 0, made: 3 }]);
    await report(40, once);
    expect(await stored()).toMatchObject([{ made: 3 }]);
  });

  it('count windows in a row over a restart', async () => {
    await recordTraffic(home, anHour(0), anHour(1, { shift: 600 }), anHour(2, { shift: 600 }));
    await report(2);
    await report(3);
    const verdicts = (await stored()).map(({ hours, verdict }) => [hours, verdict]);
    expect(verdicts).toEqual([
      [2, 'drifted'],
      [1, 'inconclusive'],
      [0, expect.stringMatching(/ok|inconclusive/)],
    ]);
  });

  it('of a version that has no reference are told once, and the others are made', async () => {
    const { id } = await registry.runs.start({ id: 'imported', model, parameters: {}, lineage: {} });
    await registry.versions.register({
      ...{ model, runId: id, metrics: {}, createdBy: 'a test' },
      files: { 'signature.json': JSON.stringify({ kind: 'tensors', inputs: [tensor], outputs: [tensor] }) },
      gate: { verdict: 'pass', reasons: [] },
    });
    await recordTraffic(home, anHour(0), anHour(0, { version: 3 }));
    const once = desk();
    const problems = await report(1, once);
    expect(problems.map(({ error }) => error)).toMatchObject([{ code: 'REPORT_WITHOUT_REFERENCE' }]);
    expect(await report(1, once)).toEqual([]);
    expect((await stored()).map(({ version }) => version)).toEqual([1]);
  });

  it('that are many are made in portions, oldest first', async () => {
    await recordTraffic(home, { version: 1, from: monday, to: monday + 30 * hour, rows: 3_000 });
    const once = desk();
    await report(30, once);
    expect((await stored()).map(({ hours }) => hours).toReversed()).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    await report(30, once);
    expect(await stored()).toHaveLength(30);
  });
});

const tensor = { name: 'x', type: 'float32', shape: ['n'] };

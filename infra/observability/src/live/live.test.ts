// Every query of every panel and rule, against a real Prometheus that scrapes the real system. `npm run test:observability`; it takes some
// minutes, and needs Debian's `prometheus` and `prometheus-alertmanager`.

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboards } from '../dashboards/all.ts';
import { decisionsAnnotation } from '../dashboards/dashboard.ts';
import { hasTools } from '../promtool.ts';
import { alertsIn, readRules } from '../rules.ts';
import { type Kit, model, startKit } from './kit.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { selectorsOf } from './selectors.ts';

const experiment = {
  name: 'live',
  variants: [
    { name: 'control', target: 'champion', weight: 1 },
    { name: 'treatment', target: '2', weight: 1 },
  ],
  metric: { kind: 'mean', name: 'score', better: 'higher', deviation: 0.2 },
  minimumEffect: 0.01,
  method: 'sequential',
  minimumDays: 0,
};

const files = readRules();
const records = files.flatMap(({ groups }) =>
  groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? [])),
);

describe.skipIf(!hasTools('prometheus', 'prometheus-alertmanager'))('on the live system', () => {
  let kit: Kit;
  let prometheus: Prometheus;

  beforeAll(async () => {
    kit = await startKit();
    prometheus = await startPrometheus(kit.targets);
    await kit.replay('2001-05-01', '2001-05-02T03:00Z');
    // An experiment begins at the event time that the controller knows: what it has not read yet would count for the control.
    await caughtUp(kit);
    await kit.until('a report', '/v1/reports', ({ reports }: { reports: unknown[] }) => reports[0]);
    await kit.post('/v1/experiments', { model, experiment });
    await kit.replay('2001-05-02T03:00Z', '2001-05-02T16:00Z');
    await kit.until('an effect', '/v1/experiments/live', ({ result }: Running) =>
      result?.reasons.find(({ check, value }) => check === 'effect:treatment' && value !== null),
    );
    await endExperiment(kit);
    await kit.post('/v1/retrainings', { model, action: 'recalibrate' });
    await kit.until('the end of the job', '/v1/retrainings', ({ retrainings }: Listed) =>
      retrainings.find(({ state }) => state === 'completed' || state === 'failed'),
    );
    await abortRollouts(kit);
    await kit.post('/v1/rollouts', { model, version: 2 });
    kit.replayOn('2001-05-02T16:00Z', '2001-05-15');
  }, 400_000);

  afterAll(async () => {
    await prometheus?.stop();
    await kit?.stop();
  }, 60_000);

  it('all targets are up, and no rule fails', async () => {
    await expect.poll(() => prometheus.ailing(), { timeout: 30_000 }).toEqual([]);
    expect(await prometheus.failedRules()).toEqual([]);
  });

  it('every query of every panel has an answer with a number in it', async () => {
    const queries = dashboards.flatMap(({ uid, rows }) =>
      rows.flatMap(({ panels }) =>
        panels.flatMap(({ title, queries: own }) =>
          own.map(({ expr }) => ({ name: `${uid}: ${title}: ${expr}`, expr: filledIn(expr) })),
        ),
      ),
    );
    expect(queries.length).toBeGreaterThan(50);
    expect(await silent(queries)).toEqual([]);
  }, 180_000);

  it('every recorded series has a number', async () => {
    expect(await silent(records.map((name) => ({ name, expr: name })))).toEqual([]);
  }, 180_000);

  it('every series that an alert or an annotation asks for is there, whatever its value', async () => {
    const marks = { alert: 'annotation', expr: decisionsAnnotation.expr };
    const selectors = [...alertsIn(files), marks].flatMap(({ alert, expr }) =>
      selectorsOf(expr).map((selector) => ({ name: `${alert}: ${selector}`, expr: selector })),
    );
    expect(selectors.length).toBeGreaterThan(30);
    expect(await silent(selectors)).toEqual([]);
  }, 180_000);

  interface Asked {
    readonly name: string;
    readonly expr: string;
  }

  /** Those that have no number yet after a minute of traffic. */
  async function silent(asked: readonly Asked[]): Promise<readonly string[]> {
    const deadline = performance.now() + 60_000;
    let left = asked;
    for (;;) {
      const answers = await Promise.all(
        left.map(async ({ expr }) => (await prometheus.query(expr)).some(Number.isFinite)),
      );
      left = left.filter((_, i) => !answers[i]);
      if (left.length === 0 || performance.now() > deadline) return left.map(({ name }) => name);
      await delay(2_000);
    }
  }
});

interface Running {
  readonly result: {
    readonly reasons: readonly { readonly check: string; readonly value: number | null }[];
  } | null;
  readonly ended: object | null;
}

interface Listed {
  readonly retrainings: readonly { readonly state: string }[];
}

/** The tick that is under way may have read the log before; the one after it has not. */
async function caughtUp(kit: Kit): Promise<void> {
  interface Status {
    readonly ticks: number;
  }
  const before = await kit.until('an answer', '/v1/status', ({ ticks }: Status) => ticks);
  await kit.until('its next tick', '/v1/status', ({ ticks }: Status) =>
    ticks >= before + 2 ? true : undefined,
  );
}

/** Who is sure already has ended by itself. */
async function endExperiment(kit: Kit): Promise<void> {
  const { ended } = await kit.until('an answer', '/v1/experiments/live', (seen: Running) => seen);
  if (ended === null) await kit.post('/v1/experiments/live/stop', {});
}

/** What the recalibration has made may be on its way already. */
async function abortRollouts(kit: Kit): Promise<void> {
  interface Rollouts {
    readonly rollouts: readonly { readonly id: string; readonly status: string }[];
  }
  const { rollouts } = await kit.until('an answer', '/v1/rollouts', (seen: Rollouts) => seen);
  for (const { id, status } of rollouts)
    if (status === 'running') await kit.post(`/v1/rollouts/${id}/abort`, {});
}

/** As Grafana does: all of each variable, and a range that holds some scrapes. */
function filledIn(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.+');
}

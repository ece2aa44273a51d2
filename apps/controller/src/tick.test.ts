// The loop closes: from predictions in the log to a report, a decision, a job, a challenger, a rollout, and a new champion; with a real
// queue and a trainer in a sandbox.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@flightdeck/core';
import { startRetrainingWorker, startTrainingWorker } from '@flightdeck/queue';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestBroker, type TestBroker } from './broker.fixture.ts';
import { controller } from './controller.ts';
import { freshHome, hour, model, monday, recordTraffic, registerVersions } from './traffic.fixture.ts';

let broker: TestBroker;
let home: string;
let registry: Registry;

beforeAll(async () => {
  broker = await startTestBroker();
});

afterAll(() => broker?.stop());

beforeEach(async () => {
  home = await freshHome();
  registry = await openRegistry({ home });
  await registerVersions(registry, 1);
  await mkdir(join(home, 'policies'));
  await writeFile(join(home, 'policies', `${model}.json`), JSON.stringify(policy));
  return () => registry.close();
});

const policy = {
  latenessMinutes: 0,
  windows: [
    {
      lengthMinutes: 60,
      alarms: {
        blockMinutes: 5,
        minimum: { rows: 500, blocks: 6 },
        persistence: { quality: 1 },
        quality: { ece: 0.02, logLoss: 0.01, recalibration: 0.005, labelDelayMinutes: 60 },
      },
    },
  ],
  rollout: {
    shadow: { rate: 1, minimumPairs: 500, minimumMinutes: 30, maximumDisagreement: 0.3 },
    canary: [{ share: 0.2, minimumRequests: 300, minimumMinutes: 30 }],
    service: { errorIncrease: 0.1, p99Ratio: 3 },
    timeouts: { holdAfterMinutes: 600, haltAfterMinutes: 1_200 },
  },
  retraining: {
    quality: {
      minimumLabels: 1_000,
      minimumCoverage: 0.8,
      maximumAucLoss: 0.05,
      maximumCalibrationError: 0.02,
    },
    retrain: { cooldownMinutes: 60, perDay: 1 },
    recalibrate: { cooldownMinutes: 60, perDay: 4 },
  },
};

const open = () =>
  controller({
    ...{ home, registry, queue: broker.queue, memoryLimit: '256MB', clock: systemClock },
    loop: () => ({ leads: true, last: null, failure: null, ticks: 0 }),
  });

const anHour = (from: number) => ({ from: monday + from * hour, to: monday + (from + 1) * hour });
const kinds = async () => (await registry.decisions.list()).map(({ kind }) => kind).toReversed();

it('what fails for one model, or in one part, is told and leaves the rest alone', async () => {
  await writeFile(join(home, 'policies', `${model}.json`), '{ "windows": 1 }');
  const { tick } = open();
  expect((await tick()).problems).toMatchObject([{ model, part: 'policy', code: 'POLICY_INVALID' }]);
  await writeFile(join(home, 'policies', `${model}.json`), JSON.stringify(policy));
  // A file that is no Parquet stands where the log should be.
  await mkdir(join(home, 'predictions', model), { recursive: true });
  await writeFile(join(home, 'predictions', model, 'predictions-1-000000000000-0.parquet'), 'nothing');
  expect((await tick()).problems).toMatchObject([{ part: 'log' }]);
});

it('an empty log is no problem, and nothing follows from it', async () => {
  expect((await open().tick()).problems).toEqual([]);
  expect(await kinds()).toEqual([]);
});

it('a champion whose calibration has drifted is recalibrated, and its successor rolled out, each step with its decision', async () => {
  const sandbox = { ...process.env, FLIGHTDECK_HOME: home };
  const conductor = await startRetrainingWorker(broker.url);
  const worker = await startTrainingWorker(broker.url, {
    processor: new URL('./trainer.child.ts', import.meta.url),
    environment: sandbox,
  });
  let { tick, api } = open();
  await recordTraffic(
    home,
    { version: 1, ...anHour(0), rows: 3_000, bias: 0.8 },
    { version: 1, ...anHour(1), rows: 1_500, bias: 0.8 },
  );
  expect((await tick()).problems).toEqual([]);
  expect(await kinds()).toEqual(['recalibrate']);
  const [report] = await registry.reports.list();
  expect(report).toMatchObject({ verdict: 'degraded', version: 1 });

  await expect
    .poll(async () => (await broker.queue.history(model)).ended)
    .toMatchObject([{ state: 'completed' }]);
  await tick();
  expect(await kinds()).toEqual(['recalibrate', 'start-rollout']);
  expect((await registry.endpoints.get(model)).shadows).toEqual([{ target: '2', rate: 1 }]);

  // Another controller takes over in the middle.
  ({ tick, api } = open());
  await recordTraffic(home, {
    version: 1,
    ...anHour(2),
    rows: 1_500,
    bias: 0.8,
    shadow: { version: 2, bias: -0.8 },
  });
  await tick();
  expect((await registry.endpoints.get(model)).traffic).toMatchObject([
    { weight: 0.8 },
    { target: '2', weight: 0.2 },
  ]);

  const canary = { version: 2, variant: '2', ...anHour(3), rows: 1_000, seed: 9 };
  await recordTraffic(home, { version: 1, ...anHour(3), rows: 2_000, bias: 0.8 }, canary);
  await recordTraffic(home, { ...canary, ...anHour(4), rows: 1_500 });
  expect((await tick()).problems).toEqual([]);
  expect((await registry.versions.resolve(model, 'champion')).version).toBe(2);
  expect((await kinds()).filter((kind) => kind !== 'skip')).toEqual([
    'recalibrate',
    'start-rollout',
    'advance',
    'promote',
  ]);
  expect(await registry.endpoints.get(model)).toMatchObject({
    traffic: [{ target: 'champion', weight: 1 }],
    shadows: [],
  });
  expect(await api.renderMetrics()).toContain(
    'flightdeck_rollout_status{model="toy",endpoint="toy",status="full"} 1',
  );
  await conductor.close();
  await worker.close(0);
});

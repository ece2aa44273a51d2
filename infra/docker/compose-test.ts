// npm run test:compose: the kit in containers, from nothing to a served prediction; then everything that can go is killed and comes back,
// services are scaled, and Prometheus is asked what it sees. Writes sizes, start-up times and memory to bench/results/compose.json.
// COMPOSE_STAND_INS=1 says that the images of others are the ones that stand-in-images made.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { report } from '../../bench/measure.ts';
import { browserOptions } from '../../tools/installed-browser.ts';
import { openEngine } from './engine.ts';

const project = 'flightdeck-test';
const model = 'flight-delay';
const standIns = process.env.COMPOSE_STAND_INS === '1';
const apps = ['serving', 'trainer', 'controller', 'cli'];

const engine = await openEngine(project, {
  FIRST_CHAMPION_ROWS: process.env.FIRST_CHAMPION_ROWS ?? '20000',
  SERVING_PUBLISH: '18080-18089',
  CONTROLLER_PUBLISH: '18090',
  PROMETHEUS_PUBLISH: '18091',
  ALERTMANAGER_PUBLISH: '18092',
  GRAFANA_PUBLISH: '18093',
  TRAFFIC_FROM: '2001-05-01',
  TRAFFIC_TO: '2001-05-01T18:00Z',
  TRAFFIC_WARM: '',
  TRAFFIC_SPEED: '0',
  // Stand-ins are of no version, and the classic builder is all that Debian's engine has.
  ...(standIns && {
    PROMETHEUS_TAG: 'latest',
    ALERTMANAGER_TAG: 'latest',
    DOCKER_BUILDKIT: '0',
    COMPOSE_DOCKER_CLI_BUILD: '0',
  }),
});
/** A flight whose other features are defaults here, so that its answer depends on the version alone. */
const instance = { time: '2001-05-02T17:45:00Z', origin: 'ORD', destination: 'LGA', origin_out_delay_1h: 38 };
/** What is there for as long as the kit is. */
const lasting = ['redis', 'postgres', 'serving', 'trainer', 'controller', 'prometheus', 'alertmanager'];
const seconds: Record<string, number> = {};

try {
  await engine.compose('down', '--volumes', '--remove-orphans');
  await step('build', () =>
    engine.compose('build', ...apps.map((app) => (app === 'cli' ? 'first-champion' : app))),
  );
  const services = await servicesToStart();
  await step('up', () => engine.compose('up', '-d', '--no-build', ...services));
  await step('the first champion', untilReady);
  const first = await step('a prediction', firstPrediction);
  await step('the console shows it', consoleShowsIt);
  const memory = await memoryOf();
  const startUp = await killOneByOne(services, first);
  await step('everything is restarted', async () => {
    await engine.compose('restart');
    await untilReady();
    await samePrediction(first);
  });
  await step('two of serving and trainer', async () => {
    await engine.compose(
      'up',
      '-d',
      '--no-build',
      '--scale',
      'serving=2',
      '--scale',
      'trainer=2',
      ...services,
    );
    await scaledServing(first);
  });
  await step('Prometheus', seenByPrometheus);
  await step('some hours of traffic', trafficEnds);
  await step('the command line', commandLine);
  await step('down', () => engine.compose('down', '--volumes'));
  await report(
    'compose',
    { standIns, seconds, imageMegabytes: await imageSizes(), startUpSeconds: startUp, idleMegabytes: memory },
    {
      everyStepPassed: true,
      under12Minutes: Object.values(seconds).reduce((sum, one) => sum + one, 0) < 720,
    },
  );
} catch (error) {
  console.error(
    (await engine.compose('ps').catch(String)) + (await engine.compose('logs', '--tail=40').catch(String)),
  );
  await engine.compose('down', '--volumes').catch(() => {});
  throw error;
}

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await work();
  seconds[name] = Math.round((performance.now() - started) / 100) / 10;
  console.error(`${name}: ${seconds[name]} s`);
  return result;
}

/** All that compose starts by default. Where its image cannot be had, not Grafana. */
async function servicesToStart(): Promise<string[]> {
  const all = (await engine.compose('config', '--services'))
    .split('\n')
    .filter((name) => name !== 'cli' && name !== 'traffic');
  const isThere = await engine.compose('pull', '-q', 'grafana').then(
    () => true,
    () => false,
  );
  if (isThere) return all;
  console.error('!!! SKIPPED: Grafana, whose image cannot be had here.');
  return all.filter((name) => name !== 'grafana');
}

interface Answer {
  readonly version: number;
  readonly probability: number;
  readonly predictionId: string;
}

async function portOf(service: string, port: number, index = 1): Promise<string> {
  return `http://${await engine.compose('port', `--index=${index}`, service, String(port))}`;
}

/** A file of the volume with the keys, as whoever may use the engine can read it. */
function key(name: string): Promise<string> {
  return engine.compose('exec', '-T', 'serving', 'cat', `/run/secrets/${name}`);
}

async function eventually<Result>(
  what: string,
  patienceSeconds: number,
  work: () => Promise<Result>,
): Promise<Result> {
  for (const end = performance.now() + patienceSeconds * 1000; ; await delay(250)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end)
        throw new Error(`${what} did not happen within ${patienceSeconds} s.`, { cause: error });
    }
  }
}

function untilReady(): Promise<void> {
  return eventually('a model that is served', 400, async () => {
    const answer = await fetch(`${await portOf('serving', 8080)}/v2/health/ready`);
    assert.equal(answer.status, 200, await answer.text());
  });
}

async function firstPrediction(): Promise<Answer> {
  const url = await portOf('serving', 8080);
  const refused = await fetch(`${url}/v1/models/${model}/predict`, { method: 'POST', body: '{}' });
  assert.equal(refused.status, 401, 'a prediction without a key');
  const answer = await predict(url);
  assert.equal(answer.version, 1);
  return answer;
}

/** In a browser, where there is one: with a key that may only read, the first page names the version that answers. */
async function consoleShowsIt(): Promise<void> {
  const url = await portOf('controller', 8081);
  const browser = await chromium
    .launch(browserOptions())
    .catch(() => console.error('!!! SKIPPED: a look at the console: no browser.'));
  if (!browser) return;
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.getByRole('textbox', { name: 'Key' }).fill(await key('controller_read_key'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(`Version 1 of ${model} answers every request.`).waitFor();
  } finally {
    await browser.close();
  }
}

async function predict(url: string): Promise<Answer> {
  const response = await fetch(`${url}/v1/models/${model}/predict`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await key('predict_key')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ instance }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  const { version, prediction } = (await response.json()) as { version: number; prediction: Answer };
  return { ...prediction, version };
}

/** The same version, and so the same number. */
async function samePrediction({ version, probability }: Answer, index = 1): Promise<void> {
  const answer = await predict(await portOf('serving', 8080, index));
  assert.deepEqual({ version: answer.version, probability: answer.probability }, { version, probability });
}

/** What serving told before it was killed is there afterwards: a label finds its prediction. */
async function labelIsTaken({ predictionId }: Answer): Promise<void> {
  const response = await fetch(`${await portOf('serving', 8080)}/v1/models/${model}/labels`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await key('traffic_key')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ labels: [{ predictionId, label: 1, time: Date.now() }] }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  assert.deepEqual(await response.json(), { accepted: 1, unknown: 0, refused: [] });
}

/** SIGKILL to each; seconds from its start until it is healthy, or answers. */
async function killOneByOne(services: readonly string[], first: Answer): Promise<Record<string, number>> {
  const startUp: Record<string, number> = {};
  for (const service of lasting.filter((name) => services.includes(name)))
    await step(`${service} is killed and started`, async () => {
      await engine.compose('kill', '-s', 'KILL', service);
      const started = performance.now();
      await engine.compose('start', service);
      await eventually(`${service} being up again`, 60, () => isUp(service));
      startUp[service] = Math.round((performance.now() - started) / 100) / 10;
      await untilReady();
      await eventually('the same prediction', 30, () => samePrediction(first));
    });
  await labelIsTaken(first);
  return startUp;
}

/** Asks the service itself: the engine looks at its health every ten seconds only. */
async function isUp(service: string): Promise<void> {
  const [id] = (await engine.compose('ps', '-q', service)).split('\n');
  const { Config, State } = JSON.parse(await engine.docker('inspect', id!))[0];
  assert.equal(State.Status, 'running');
  const test: string[] | undefined = Config.Healthcheck?.Test;
  if (test) await engine.docker('exec', id!, ...test.slice(1));
}

async function scaledServing(first: Answer): Promise<void> {
  for (const index of [1, 2])
    await eventually(`instance ${index} of serving`, 90, () => samePrediction(first, index));
  const trainers = (await engine.compose('ps', '-q', 'trainer')).split('\n');
  assert.equal(trainers.length, 2);
}

interface Target {
  readonly health: string;
  readonly lastError: string;
  readonly labels: { readonly job: string };
}

async function seenByPrometheus(): Promise<void> {
  const url = await portOf('prometheus', 9090);
  const ask = async (path: string) => {
    const answer = await fetch(`${url}/api/v1/${path}`);
    return ((await answer.json()) as { data: unknown }).data;
  };
  await eventually('every target being up', 90, async () => {
    const { activeTargets } = (await ask('targets?state=active')) as { activeTargets: Target[] };
    const jobs = Map.groupBy(activeTargets, ({ labels }) => labels.job);
    assert.equal(jobs.get('serving')?.length, 2);
    assert.equal(jobs.get('trainer')?.length, 2);
    assert.equal(jobs.get('controller')?.length, 1);
    for (const { health, lastError, labels } of activeTargets)
      assert.equal(health, 'up', `${labels.job}: ${lastError}`);
  });
  await eventually('every rule being evaluated', 60, async () => {
    const { groups } = (await ask('rules')) as {
      groups: { name: string; rules: { name: string; health: string }[] }[];
    };
    assert.ok(groups.length > 0, 'no rules');
    for (const { rules } of groups) for (const { name, health } of rules) assert.equal(health, 'ok', name);
  });
}

/** The simulator sends the flights of some hours, and ends. What happened in the weeks before is left out: that takes minutes. */
async function trafficEnds(): Promise<void> {
  await engine.compose('--profile', 'traffic', 'up', '-d', '--no-build', '--no-deps', 'traffic');
  const id = await engine.compose('--profile', 'traffic', 'ps', '-q', 'traffic');
  await eventually('the end of the traffic', 240, async () => {
    const state = await engine.docker('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', id);
    assert.equal(state, 'exited 0', await engine.docker('logs', '--tail=5', id));
  });
}

/** As the README has it: over the registry, and over HTTP with the keys that its service reads. */
async function commandLine(): Promise<void> {
  const cli = (...words: string[]) => engine.compose('run', '--rm', '-T', 'cli', ...words);
  assert.match(await cli('models', 'list'), new RegExp(model));
  assert.match(await cli('predict', model, '--input', JSON.stringify(instance)), /v1/);
  await cli('retrainings');
}

async function imageSizes(): Promise<Record<string, number>> {
  const sizes = apps.map(async (app) => {
    const bytes = await engine.docker('image', 'inspect', '-f', '{{.Size}}', `flightdeck-${app}:local`);
    return [app, Math.round(Number(bytes) / 1e6)] as const;
  });
  return Object.fromEntries(await Promise.all(sizes));
}

/** Of each container, once nothing has happened for a while. */
async function memoryOf(): Promise<Record<string, number>> {
  await delay(5_000);
  const ids = (await engine.compose('ps', '-q')).split('\n');
  const stats = await engine.docker('stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}', ...ids);
  return Object.fromEntries(
    stats.split('\n').flatMap((line) => {
      const [, service, amount, unit] = /[-_]([a-z-]+)[-_]\d+ ([\d.]+)([MG])iB/.exec(line) ?? [];
      return service ? [[service, Math.round(Number(amount) * (unit === 'G' ? 1024 : 1))]] : [];
    }),
  );
}

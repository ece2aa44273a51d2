// Retrainings, rollouts, reports and decisions, through the command line, a real registry, broker and controller.

import { openRetrainingQueue, type RetrainingJob } from '@flightdeck/queue';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { rolloutPolicySchema, startRollout } from '@flightdeck/rollout';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillRegistry, type TestCli, testCli } from '../context.fixture.ts';
import { openBroker } from '../kit/broker.ts';
import { startController } from '../kit/processes.ts';

const policy = rolloutPolicySchema.parse({
  shadow: { rate: 0.5, minimumPairs: 1_000, minimumMinutes: 60, maximumDisagreement: 0.1 },
  canary: [{ share: 0.1, minimumRequests: 1_000, minimumMinutes: 60 }],
  service: { errorIncrease: 0.02, p99Ratio: 2 },
  timeouts: { holdAfterMinutes: 60, haltAfterMinutes: 120 },
});

async function filledCli(): Promise<TestCli> {
  const cli = await testCli();
  await fillRegistry(cli);
  return cli;
}

async function registryOf({ home, context }: TestCli): Promise<Registry> {
  const registry = await openRegistry({ home, clock: context.clock });
  onTestFinished(() => registry.close());
  return registry;
}

async function rollOut(registry: Registry): Promise<void> {
  const about = { id: 'rollout-1', model: 'toy', champion: 2, candidate: 1 };
  const { state } = startRollout(about, policy, 'ada', Date.UTC(2001, 4, 1));
  const asked = { by: 'ada', why: 'to be compared' };
  await registry.rollouts.start(state.id, 'toy', JSON.parse(JSON.stringify({ state, policy, asked })));
}

const nobody = ['--controller', 'http://127.0.0.1:9'];
const why = ['--reason', 'a test'];

describe('what is refused', () => {
  it.each([
    [['retrain', '--model', 'toy', ...why, ...nobody], 'CONTROLLER_UNREACHABLE'],
    [['retrainings', ...nobody], 'CONTROLLER_UNREACHABLE'],
    [['retrainings', 'pause', ...why, ...nobody], 'CONTROLLER_UNREACHABLE'],
    [['rollouts', 'show'], 'ROLLOUT_NOT_FOUND'],
    [['rollouts', 'show', 'rollout-9'], 'PROCEDURE_NOT_FOUND'],
    [['rollouts', 'abort', '--model', 'toy', ...why], 'ROLLOUT_NOT_FOUND'],
    [['rollouts', 'start', '7', '--model', 'toy', ...why], 'VERSION_NOT_FOUND'],
    [['reports', 'show'], 'REPORT_NOT_FOUND'],
  ])('%j fails with %s and exit code 1', async (words, code) => {
    const { exitCode, output, errors } = await (await filledCli()).run(...words);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
    expect(errors).toMatch(new RegExp(`^error ${code}: .+\\n$`));
  });

  it.each([
    [['retrain'], /--reason/],
    [['retrainings', 'cancel', 'retraining-1'], /--reason/],
    [['rollouts', 'start', '1'], /--reason/],
    [['reports', '--limit', '0'], /whole number, 1 or more/],
    [['simulate', '--from', '2001-05-01'], /--to/],
    [['simulate', '--from', '2001-05-01', '--to', '2001-05-02', '--share', '2'], /number from 0 to 1/],
    [
      ['simulate', '--from', '2001-05-01', '--to', '2001-05-02', '--scenario', 'null-burst@x'],
      /NAME@FROM\/TO/,
    ],
    [['features', 'warm', '--until', 'May'], /a day or a moment/],
    [['drill', 'no-such-fault'], /has no scenario no-such-fault. It has renamed-field, /],
    [['drill', 'missing-field', '--rows', '10'], /whole number, 1000 or more/],
  ])('%j is a usage error, exit code 2', async (words, message) => {
    const { exitCode, errors } = await (await testCli()).run(...words);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/^error USAGE: /);
    expect(errors).toMatch(message);
  });
});

describe('without a server', () => {
  const nowhere = ['--url', 'http://127.0.0.1:9'];

  it.each([
    [['simulate', '--from', '2001-05-01', '--to', '2001-05-02']],
    [['features', 'warm', '--until', '2001-05-01']],
    [['drill', 'missing-field', '--here']],
  ])('%j does not wait for one', async (words) => {
    const { exitCode, errors } = await (await testCli()).run(...words, ...nowhere);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^error SERVER_UNREACHABLE: No server at http:\/\/127\.0\.0\.1:9 /m);
  });
});

describe('an empty registry', () => {
  it.each([
    [['rollouts'], /rollouts start/],
    [['reports'], /The controller makes them/],
    [['decisions'], /Nothing has been decided/],
  ])('%j says so, and is an empty list as JSON', async (words, message) => {
    const cli = await testCli();
    expect((await cli.run(...words)).output).toMatch(message);
    expect((await cli.run(...words, '--json')).output).toBe('[]\n');
  });
});

describe('without a controller', () => {
  it('rollouts are listed and shown with their decisions', async () => {
    const cli = await filledCli();
    await rollOut(await registryOf(cli));
    const listed = await cli.run('rollouts');
    expect(listed.output).toMatch(/rollout-1 +toy +v2 +v1 +running +0 +2001-05-01 00:00 UTC +start\n$/);
    const shown = await cli.run('rollouts', 'show');
    expect(shown.output).toMatch(/Versions +champion v2, candidate v1\n/);
    expect(shown.output).toMatch(/2001-05-01 00:00 UTC {2}start by ada: Version 1 begins/);
  });

  it('reports are listed by endpoint and version, without their content', async () => {
    const cli = await filledCli();
    const registry = await registryOf(cli);
    for (const version of [1, 2]) {
      const window = { from: '2001-05-01T00:00:00.000Z', until: '2001-05-02T00:00:00.000Z' };
      const of = { endpoint: 'toy', model: 'toy', version };
      await registry.reports.put({ ...of, ...window, verdict: 'ok', content: { mine: version } });
    }
    expect((await cli.run('reports')).output).toMatch(/2001-05-01 00:00 UTC .* toy +v2 +ok /);
    const { output } = await cli.run('reports', '--of-version', '1', '--json');
    expect(JSON.parse(output)).toEqual([expect.not.objectContaining({ content: expect.anything() })]);
    const shown = await cli.run('reports', 'show', '2001-05-01', '--of-version', '2', '--json');
    expect(JSON.parse(shown.output)).toEqual({ mine: 2 });
  });

  it('decisions are listed newest first, by kind', async () => {
    const cli = await filledCli();
    const { decisions } = await registryOf(cli);
    for (const kind of ['skip', 'retrain'])
      await decisions.append({
        model: 'toy',
        kind,
        actor: 'controller',
        reason: `to ${kind}`,
        evidence: null,
      });
    const { output } = await cli.run('decisions');
    expect(output).toMatch(/toy +retrain +controller +to retrain\n.*toy +skip +controller +to skip\n$/);
    expect(JSON.parse((await cli.run('decisions', '--kind', 'skip', '--json')).output)).toHaveLength(1);
  });
});

describe('with a controller', () => {
  const job: RetrainingJob = {
    kind: 'retrain',
    ...{ model: 'toy', rows: 100, seed: 1, actor: 'ada', until: Date.UTC(2001, 4, 1), trials: 1 },
    trigger: { kind: 'person', reason: 'new routes' },
  };

  it('retrainings are paused, shown, cancelled and tried again, and rollouts halted and aborted', async () => {
    const cli = await filledCli();
    const registry = await registryOf(cli);
    const broker = await openBroker(cli.context.env);
    onTestFinished(() => broker.stop());
    const queue = await openRetrainingQueue(broker.url);
    onTestFinished(() => queue.close());
    const { id } = await queue.submit(job);
    await rollOut(registry);
    const at = { brokerUrl: broker.url, port: 0 };
    const more = { CONTROLLER_TICK_MS: '200' };
    const controller = await startController(cli.context.env, at, new AbortController().signal, more);
    onTestFinished(() => controller.stop());
    const ready = async () => (await fetch(`${controller.url}/health/ready`)).ok;
    await expect.poll(ready, { timeout: 30_000 }).toBe(true);
    const run = (...words: string[]) => cli.run(...words, '--controller', controller.url);

    expect((await run('retrain', '--model', 'toy', ...why)).errors).toMatch(/^error EVENT_TIME_UNKNOWN: /);
    expect((await run('retrainings', 'show', 'retraining-9')).errors).toMatch(/^error RUN_NOT_QUEUED: /);
    expect((await run('retrainings', 'pause', ...why)).output).toBe('Trainers are paused.\n');
    const listed = await run('retrainings');
    expect(listed.output).toMatch(/^Trainers are paused: /);
    expect(listed.output).toMatch(new RegExp(`${id} +retrain +toy +waiting .* person +ada\\n$`));
    expect((await run('retrainings', 'show', id)).output).toMatch(/Because +person: new routes\n/);
    expect((await run('retrainings', 'cancel', id, ...why)).output).toBe(`${id} is cancelled.\n`);
    expect((await run('retrainings', 'retry', id, ...why)).output).toMatch(/is failed-retried\.\n$/);
    expect((await run('retrainings', 'resume', ...why)).output).toBe('Trainers go on.\n');

    const running = ['--model', 'toy', ...why];
    expect((await run('rollouts', 'halt', ...running)).output).toMatch(/^rollout-1 is halted\. a test\n$/);
    expect((await run('rollouts', 'resume', ...running)).output).toMatch(/^rollout-1 is running\. /);
    const aborted = await run('rollouts', 'abort', 'rollout-1', ...why, '--json');
    expect(JSON.parse(aborted.output)).toMatchObject({ id: 'rollout-1', status: 'aborted' });
    const told = JSON.parse((await cli.run('decisions', '--json')).output);
    expect(told.map(({ kind }: { kind: string }) => kind).slice(0, 3)).toEqual(['abort', 'resume', 'halt']);
    expect(told[0]).toMatchObject({ model: 'toy', reason: 'a test' });
  });
});

// A rollback of a champion that shares its traffic with a candidate, against real serving processes under load.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from '@flightdeck/core';
import { addModel, editedModel } from '@flightdeck/onnx/fixtures';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { rolloutPolicySchema, startRollout } from '@flightdeck/rollout';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type TestCli, testCli } from '../context.fixture.ts';
import { type Server, startServing } from '../kit/processes.ts';
import { untilReady } from '../serving-client.ts';

const policy = rolloutPolicySchema.parse({
  canary: [{ share: 0.5, minimumRequests: 1_000, minimumMinutes: 60 }],
  service: { errorIncrease: 0.02, p99Ratio: 2 },
  timeouts: { holdAfterMinutes: 60, haltAfterMinutes: 120 },
});

/** Version 1 was champion, version 2 is, version 3 is none; all give the same answers. */
async function threeVersions(): Promise<{ cli: TestCli; registry: Registry }> {
  const cli = await testCli();
  await mkdir(cli.home, { recursive: true });
  for (const version of [1, 2, 3]) {
    const file = join(cli.home, `${version}.onnx`);
    const bytes = editedModel(addModel(), (model) => {
      model.producerVersion = String(version);
    });
    await writeFile(file, bytes);
    const more = version === 2 ? ['--promote', '--reason', 'newer'] : [];
    const { exitCode, errors } = await cli.run('models', 'import', file, '--name', 'toy', ...more);
    expect(errors).toBe('');
    expect(exitCode).toBe(0);
  }
  const registry = await openRegistry({ home: cli.home });
  onTestFinished(() => registry.close());
  return { cli, registry };
}

/** Half of the traffic, and a shadow. */
async function split(registry: Registry): Promise<void> {
  await registry.endpoints.put({
    name: 'toy',
    model: 'toy',
    traffic: ['champion', '3'].map((target) => ({ target, weight: 0.5 })),
    shadows: [{ target: '3', rate: 0.5 }],
    salt: 'rollout-1',
  });
}

async function rollOut(registry: Registry): Promise<void> {
  const about = { id: 'rollout-1', model: 'toy', champion: 2, candidate: 3 };
  const { state } = startRollout(about, policy, 'controller', 1_000);
  const asked = { by: 'ada', why: 'it is newer' };
  await registry.rollouts.start(state.id, 'toy', JSON.parse(JSON.stringify({ state, policy, asked })));
  await split(registry);
}

const rollback = ['models', 'rollback', 'toy', '--reason', 'false alarms'];

describe('a rollback', () => {
  it('that is refused leaves endpoint and rollout as they are', async () => {
    const { cli, registry } = await threeVersions();
    await rollOut(registry);
    expect((await cli.run(...rollback)).exitCode).toBe(0);
    await split(registry);
    const { exitCode, errors } = await cli.run(...rollback);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^error NOTHING_TO_ROLL_BACK/);
    expect((await registry.endpoints.get('toy')).traffic).toHaveLength(2);
  });

  it('leaves an endpoint alone that has nothing of the champion', async () => {
    const { cli, registry } = await threeVersions();
    const traffic = ['2', '3'].map((target) => ({ target, weight: 0.5 }));
    await registry.endpoints.put({ name: 'pinned', model: 'toy', traffic });
    const { output } = await cli.run(...rollback, '--json');
    expect(JSON.parse(output)).toMatchObject({ from: 2, to: 1, endpoints: [], rollouts: [] });
    expect((await registry.endpoints.get('pinned')).traffic).toEqual(traffic);
  });

  it('of traffic that somebody has split by hand is a decision of its own', async () => {
    const { cli, registry } = await threeVersions();
    await split(registry);
    expect((await cli.run(...rollback)).output).toContain('Endpoint toy sends all of its traffic');
    expect(await registry.decisions.list({ model: 'toy' })).toMatchObject([
      { kind: 'roll-back', reason: 'false alarms', evidence: { endpoint: 'toy' } },
    ]);
  });

  it('aborts a rollout, and closes it where no controller does', async () => {
    const { cli, registry } = await threeVersions();
    await rollOut(registry);
    const { output } = await cli.run(...rollback, '--json');
    expect(JSON.parse(output)).toMatchObject({ to: 1, endpoints: ['toy'], rollouts: ['rollout-1'] });
    expect(await registry.rollouts.get('rollout-1')).toMatchObject({
      status: 'aborted',
      content: { state: { status: 'aborted' }, asked: { by: 'ada' } },
    });
    expect(await registry.decisions.list({ model: 'toy' })).toMatchObject([
      { kind: 'abort', reason: 'false alarms', evidence: { rollout: 'rollout-1', key: 'rollout-1#1' } },
    ]);
  });

  it('leaves the closing of a rollout to the controller that leads', async () => {
    const { cli, registry } = await threeVersions();
    await rollOut(registry);
    const lead = tryLock(join(cli.home, 'controller.lock'))!;
    onTestFinished(() => lead.release());
    expect((await cli.run(...rollback)).exitCode).toBe(0);
    const { status, content } = await registry.rollouts.get('rollout-1');
    expect({ status, content }).toMatchObject({
      status: 'running',
      content: { state: { status: 'aborted' } },
    });
    expect(await registry.endpoints.get('toy')).toMatchObject({
      traffic: [{ target: 'champion' }],
      shadows: [],
    });
  });

  it('reaches every server within two seconds, and fails no request', async () => {
    const { cli, registry } = await threeVersions();
    await rollOut(registry);
    const servers = await Promise.all([0, 1].map(() => serve(cli)));
    const callers = servers.map(({ url }) => callWithoutPause(url));
    await expect.poll(() => callers.every(({ seen }) => seen.has(2) && seen.has(3)), patient).toBe(true);

    expect((await cli.run(...rollback)).exitCode).toBe(0);
    const streaks = () => Math.min(...callers.map(({ streakOf }) => streakOf(1)));
    await expect.poll(streaks, { timeout: 2_000, interval: 20 }).toBeGreaterThan(30);

    const others = () => callers.map((caller) => caller.others());
    const before = others();
    await expect.poll(streaks, patient).toBeGreaterThan(200); // and it stays so
    await Promise.all(callers.map(({ stop }) => stop()));
    expect(others()).toEqual(before);
    expect(callers.flatMap(({ failures }) => failures)).toEqual([]);
  });
});

const patient = { timeout: 30_000, interval: 20 };

async function serve({ context }: TestCli): Promise<Server> {
  const signal = new AbortController().signal;
  const serving = await startServing(context.env, 0, signal, { SERVING_WORKERS: '1' });
  onTestFinished(() => serving.stop());
  await untilReady(serving.url, { signal });
  return serving;
}

/** Four callers, each asking again once it is answered. */
function callWithoutPause(url: string) {
  const seen = new Set<number>();
  const failures: string[] = [];
  let streak = { version: 0, length: 0 };
  let others = 0;
  let stopped = false;
  const body = JSON.stringify({ instance: { a: [1, 2, 3], b: [1, 1, 1] } });
  const ask = async () => {
    while (!stopped) {
      const response = await fetch(`${url}/v1/models/toy/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const text = await response.text();
      if (!response.ok) failures.push(`${response.status} ${text}`);
      const version = Number(/"version":(\d+)/.exec(text)?.[1]);
      seen.add(version);
      if (version !== 1) others += 1;
      streak = { version, length: version === streak.version ? streak.length + 1 : 1 };
    }
  };
  const callers = Array.from({ length: 4 }, ask);
  return {
    seen,
    failures,
    others: () => others,
    streakOf: (version: number) => (streak.version === version ? streak.length : 0),
    async stop() {
      stopped = true;
      await Promise.all(callers);
    },
  };
}

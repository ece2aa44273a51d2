// The way of an alert: the real Alertmanager with the configuration of infra/alertmanager, the real process, a real queue.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '@flightdeck/core';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBroker, type TestBroker } from './broker.fixture.ts';
import { freshHome, hour, model, monday, recordTraffic, registerVersions } from './traffic.fixture.ts';

const program = 'prometheus-alertmanager';
const isThere = spawnSync(program, ['--version']).error === undefined;
if (!isThere)
  console.warn(`!!! SKIPPED: ${program} is not on PATH (Debian: ${program}), so that no real alert is sent.`);

const keys = [
  { name: 'alertmanager', key: 'a-key-that-may-alarm', scopes: ['alerts'] },
  { name: 'grafana', key: 'a-key-that-may-read', scopes: ['read'] },
];

describe.skipIf(!isThere)('an alert of degraded quality', () => {
  const children: ChildProcess[] = [];
  let broker: TestBroker;
  let registry: Registry;
  let controller: string;
  let home: string;

  beforeAll(async () => {
    broker = await startTestBroker();
    home = await freshHome();
    registry = await openRegistry({ home });
    await registerVersions(registry, 1);
    // One bad day raises no alarm of its own: its reports wait for a second.
    await recordTraffic(home, { version: 1, from: monday, to: monday + 30 * hour, rows: 8_000, noise: 2 });
    controller = await startController();
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
    await registry?.close();
    await broker?.stop();
  });

  async function startController(): Promise<string> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
      env: {
        ...{ PATH: process.env.PATH, FLIGHTDECK_HOME: home, FLIGHTDECK_BROKER_URL: broker.url },
        ...{ CONTROLLER_PORT: '0', CONTROLLER_TICK_MS: '100', CONTROLLER_KEYS: JSON.stringify(keys) },
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    const [message] = await once(child, 'message');
    return (message as { listening: string }).listening;
  }

  /** Only the places are others than in production, and nobody waits for alerts to come together. */
  async function startAlertmanager(key: string): Promise<string> {
    const folder = await freshHome();
    const keyFile = join(folder, 'key');
    await writeFile(keyFile, key);
    const declared = await readFile(join(repositoryRoot, 'infra/alertmanager/alertmanager.yml'), 'utf8');
    const config = declared
      .replace('http://controller:8081', controller)
      .replace('/run/secrets/controller_alerts_key', keyFile)
      .replaceAll(/group_wait: \w+/g, 'group_wait: 0s');
    await writeFile(join(folder, 'alertmanager.yml'), config);
    const listening = ['--web.listen-address=127.0.0.1:0', '--cluster.listen-address='];
    const child = spawn(
      program,
      [...listening, `--config.file=${folder}/alertmanager.yml`, `--storage.path=${folder}`],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    children.push(child);
    const lines = createInterface(child.stderr!);
    return new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        const address = /address=(127\.0\.0\.1:\d+)/.exec(line)?.[1];
        if (address !== undefined) resolve(`http://${address}`);
      });
      lines.on('close', () => reject(new Error('Alertmanager ended before it listened.')));
    });
  }

  const fire = async (alertmanager: string, labels: object) => {
    const alert = { labels: { alertname: 'ModelQualityDegraded', severity: 'ticket', model, ...labels } };
    const answer = await fetch(`${alertmanager}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ ...alert, annotations: { summary: 'Answers are worse than promised' } }]),
    });
    expect(answer.status).toBe(200);
  };
  const kinds = async () => (await registry.decisions.list()).map(({ kind }) => kind);
  const failures = async (alertmanager: string) => {
    const text = await (await fetch(`${alertmanager}/metrics`)).text();
    return Number(/notifications_failed_total\{integration="webhook"\} (\d+)/.exec(text)?.[1]);
  };

  it('is refused without a key, and starts nothing', async () => {
    const body = JSON.stringify({ version: '4', alerts: [] });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${controller}/v1/alerts`, { method: 'POST', headers, body });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: 'KEY_REQUIRED' } });
  });

  it.each([
    ['that nobody knows', 'nobody-knows-this-key'],
    ['that is good for something else', 'a-key-that-may-read'],
  ])('is refused with a key %s, and Alertmanager counts it', async (_, key) => {
    const alertmanager = await startAlertmanager(key);
    await fire(alertmanager, { about: 'quality' });
    await expect.poll(() => failures(alertmanager)).toBeGreaterThan(0);
    expect(await kinds()).toEqual([]);
  });

  it('is delivered with its key, decided about by the labels, and a retraining waits in the queue', async () => {
    await expect.poll(async () => (await registry.reports.list({ endpoint: model })).length).toBe(1);
    const alertmanager = await startAlertmanager('a-key-that-may-alarm');
    await fire(alertmanager, { alertname: 'ModelNotConverging' });
    await fire(alertmanager, { about: 'quality' });
    await expect.poll(kinds).toEqual(['retrain', 'alert']);
    const [retrain, alert] = await registry.decisions.list();
    expect(alert).toMatchObject({ actor: 'alertmanager', reason: 'Answers are worse than promised' });
    expect(retrain!.reason).toMatch(/^Ranking has decayed/);
    await expect
      .poll(() => broker.queue.list())
      .toMatchObject([{ state: 'waiting', job: { kind: 'retrain', model } }]);
    expect(await failures(alertmanager)).toBe(0);
  });
});

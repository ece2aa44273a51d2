import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '@flightdeck/core';
import { datasetVersion, openDatabase } from '@flightdeck/dataset';
import type { ModelDefinition } from '@flightdeck/training';
import { listModelNames, loadModel } from '@flightdeck/training/catalogue';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { knownColumns } from './known-columns.ts';
import { type Message, message } from './messages.ts';
import { listen, record } from './recorder.fixture.ts';

const [model = ''] = listModelNames();
let home: string;
let definition: ModelDefinition;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'flightdeck-simulator-'));
  definition = await loadModel(model);
  await writeRecording();
});
afterAll(() => rm(home, { recursive: true }));

const day = Date.parse('2001-05-01') / 60_000;

/** As if the model's dataset had been ingested, and were two hours with a row a minute, of which every other is positive. */
async function writeRecording(): Promise<void> {
  const { features, dataset } = definition;
  const { instance, events, label } = knownColumns(features);
  const categories = Object.values(features.features).flatMap((feature) =>
    feature.kind === 'category' ? [feature.column] : [],
  );
  const names = new Set([...Object.values(instance), ...Object.values(events).flat()]);
  const column = (name: string) => {
    if (name === label.column) return `(i % 2) * 1000 as "${name}"`;
    return `${categories.includes(name) ? "'AAA'" : '7'} as "${name}"`;
  };
  const moments = [...new Set(Object.values(features.events).map(({ at }) => at))].filter(
    (at) => at !== 'time',
  );
  const database = await openDatabase({ memoryLimit: '100MB' });
  const folder = join(home, 'datasets', dataset.name, datasetVersion(dataset).slice(0, 16));
  const rows = join(folder, 'rows.parquet');
  await database.writeParquet(
    `select i::integer as id, (${day} + i)::integer as time, ${moments.map((at) => `(${day} + i + 20)::integer as "${at}",`).join(' ')}
      (${day} + i + 25)::integer as known_at, ${[...names].map(column).join(', ')} from range(120) t(i)`,
    rows,
  );
  await database.close();
  await writeFileAtomic(join(folder, 'manifest.json'), JSON.stringify({ files: { rows } }));
}

const plan = { model, url: 'http://127.0.0.1:9', from: '2001-05-01', to: '2001-05-01T02:00Z' };

/** Runs the real process; whatever a failed test leaves running ends with the test. */
function start(variables: NodeJS.ProcessEnv, args: readonly string[] = []) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const env = { PATH: process.env.PATH, FLIGHTDECK_HOME: home, ...variables };
  const child = fork(main, args, { env, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function ended(child: ChildProcess) {
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'exit'),
  ]);
  return { output, errors, code: code as number | null };
}

/** What it says over IPC, checked against the schema; the last of a kind. */
function listenTo(child: ChildProcess): Message[] {
  const said: Message[] = [];
  child.on('message', (each) => said.push(message.parse(each)));
  return said;
}

const replaying = (changes: object) => start({ SIMULATOR_PLAN: JSON.stringify({ ...plan, ...changes }) });

describe('the process ends with code 2', () => {
  it('without a plan, naming the variable', async () => {
    const { code, errors } = await ended(start({}));
    expect([code, errors]).toEqual([2, expect.stringMatching(/^ENV_INVALID: .*SIMULATOR_PLAN/)]);
  });

  it('with a wrong plan, naming the option', async () => {
    const { code, errors } = await ended(replaying({ share: 7 }));
    expect([code, errors]).toEqual([2, expect.stringMatching(/^PLAN_INVALID: .*share/)]);
  });

  it('with an unknown scenario, naming those that there are', async () => {
    const scenarios = [{ name: 'earthquake', from: plan.from, to: plan.to }];
    const { code, errors } = await ended(replaying({ scenarios }));
    expect([code, errors]).toEqual([2, expect.stringMatching(/^SCENARIO_UNKNOWN: .*null-burst/)]);
  });
});

describe('the process', () => {
  it('ends with code 1 and a remedy when serving does not come', async () => {
    const { code, errors } = await ended(replaying({ patienceMs: 0 }));
    expect([code, errors]).toEqual([1, expect.stringMatching(/^SERVING_AWAY: .*Start it/)]);
  });

  it('lists the scenarios of a model with the alarm that each must raise', async () => {
    const { code, output } = await ended(start({}, ['scenarios', model]));
    expect(code).toBe(0);
    expect(JSON.parse(output)).toContainEqual(
      expect.objectContaining({
        name: 'bad-model',
        expects: { kind: 'rollout', subject: model },
        recovery: 'rolled back',
      }),
    );
  });

  it('replays a recording over HTTP, through its proxy, and ends with a summary', async () => {
    const recorder = record(undefined, model);
    const target = (await listen(recorder)).replace('http://', '');
    // The proxy's port is known only once it listens, so the replay itself goes straight to serving here.
    const child = replaying({
      url: `http://${target}`,
      proxy: { target },
      rowsPerRequest: 5,
      tickMinutes: 5,
    });
    const said = listenTo(child);
    const { code, output } = await ended(child);
    expect(code).toBe(0);
    expect(said[0]).toEqual({ kind: 'ready', proxy: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(said);
    const last = said.at(-1);
    expect(last).toMatchObject({
      kind: 'summary',
      summary: { complete: true, labels: { sent: 120, refused: 0 } },
    });
    expect(recorder.instances).toHaveLength(120);
    const { label } = knownColumns(definition.features);
    expect(recorder.instances.every((instance) => !(label.column in instance))).toBe(true);
    expect([...recorder.labels.values()].filter((each) => each.label === 1)).toHaveLength(60);
  });

  it('asks its parent to bring about what it cannot, and waits for the answer', async () => {
    const recorder = record(undefined, model);
    const url = await listen(recorder);
    const scenarios = [{ name: 'bad-model', from: '2001-05-01T01:00Z', to: '2001-05-01T01:30Z' }];
    const child = replaying({ url, scenarios });
    const asked: [string, number][] = [];
    child.on('message', (each) => {
      const said = message.parse(each);
      if (said.kind !== 'ask') return;
      asked.push([said.state, recorder.instances.length]);
      child.send({ ...said, kind: 'done' });
    });
    expect((await ended(child)).code).toBe(0);
    expect(asked).toEqual([
      ['begins', 60],
      ['ends', 90],
    ]);
  });

  it('told to stop, ends with code 0 and a summary that is not complete; run again, it goes on', async () => {
    const recorder = record(undefined, model);
    const url = await listen(recorder);
    const stateFile = join(home, 'replay.json');
    const child = replaying({ url, stateFile, speed: 60 });
    const said = listenTo(child);
    await expect.poll(() => recorder.instances.length, { timeout: 20_000 }).toBeGreaterThan(0);
    child.kill('SIGTERM');
    expect((await ended(child)).code).toBe(0);
    expect(said.at(-1)).toMatchObject({ kind: 'summary', summary: { complete: false } });
    const again = await ended(replaying({ url, stateFile }));
    expect(again.code).toBe(0);
    expect(new Set(recorder.instances.map(({ unit }) => unit)).size).toBe(120);
    expect(recorder.instances).toHaveLength(120);
    expect(recorder.labels.size).toBe(120);
  });

  it('ends when the process that started it is gone', async () => {
    const child = replaying({ url: await listen(record(undefined, model)), speed: 1 });
    await once(child, 'message');
    child.disconnect();
    expect((await ended(child)).code).toBe(0);
  });
});

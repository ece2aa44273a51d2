import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Broker, type BrokerKind, startBroker } from './broker.ts';
import { readRecord } from './broker-record.ts';
import { checkBroker } from './connect.ts';
import { isAlive, killHard, killServer, serversWith, startFixture } from './fixtures/processes.ts';
import { removeHome } from './fixtures/queue-contract.ts';
import { findRedisServer } from './private-redis.ts';
import type { TrainingJob } from './training-job.ts';
import { openTrainingQueue } from './training-queue.ts';

const redis = await findRedisServer();
if (redis === null) {
  console.warn('NOT TESTED: brokers on Redis. Put redis-server or valkey-server 6.2 or newer on PATH.');
}
const privateKinds: BrokerKind[] =
  redis === null ? ['embedded-postgres'] : ['embedded-postgres', 'private-redis'];

describe.each(privateKinds)('a broker of our own, %s', (kind) => {
  it('is one for two processes that start at once, and ends with the one that started it', async () => {
    const home = await newHome();
    const start = () => startFixture('broker-process.ts', home, kind);
    const [one, two] = await Promise.all([start(), start()]);
    const said = [one.said, two.said] as { url: string; description: string }[];
    expect(said[0]?.url).toBe(said[1]?.url);
    const joined = said.findIndex(({ description }) => description.includes('another process'));
    expect(await serversWith(await dataOf(home))).toHaveLength(1);

    const [joiner, owner] = joined === 0 ? [one, two] : [two, one];
    joiner.process.send('stop');
    await once(joiner.process, 'exit');
    await checkBroker(said[0]?.url ?? '');
    owner.process.send('stop');
    await once(owner.process, 'exit');
    expect(await serversWith(await dataOf(home))).toEqual([]);
  });

  it('outlives an owner that got SIGKILL, and belongs to the next process that starts it, with its jobs', async () => {
    const home = await newHome();
    const owner = await startFixture('broker-process.ts', home, kind);
    const { url } = owner.said as { url: string };
    const queue = await openTrainingQueue(url);
    const { id } = await queue.submit(job);
    await killHard(owner.process);

    const heir = await startBroker({ home });
    expect(heir).toMatchObject({ kind, url, description: expect.stringContaining('taken over') });
    expect(await queue.status(id)).toMatchObject({ state: 'waiting' });
    await queue.close();
    await heir.stop();
    expect(await serversWith(await dataOf(home))).toEqual([]);
  });

  it('keeps its jobs and its address over a stop, and over the SIGKILL of the server itself', async () => {
    const home = await newHome();
    const first = await startBroker({ home, kind });
    const queue = await openTrainingQueue(first.url);
    const { id } = await queue.submit(job);
    await queue.close();
    await first.stop();
    await expect(checkBroker(first.url)).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      retryable: true,
    });

    const second = await startBroker({ home, kind });
    expect(second.url).toBe(first.url);
    await killServer(home);
    const third = await startBroker({ home, kind });
    const again = await openTrainingQueue(third.url);
    expect(await again.status(id)).toMatchObject({ state: 'waiting' });
    await again.close();
    await second.stop();
    expect(await serversWith(await dataOf(home))).toEqual([]);
  });

  it('starts afresh when the state directory was deleted under it, and leaves no server behind', async () => {
    const home = await newHome();
    const first = await startBroker({ home, kind });
    const queue = await openTrainingQueue(first.url);
    const { id } = await queue.submit(job);
    await queue.close();
    await rm(home, { recursive: true });
    const second = await startBroker({ home, kind });
    const again = await openTrainingQueue(second.url);
    expect(await again.status(id)).toBeNull();
    await again.close();
    expect(await serversWith(await dataOf(home))).toHaveLength(1);
    await second.stop();
  });

  it('is closed to other users', async () => {
    const home = await newHome();
    const broker = await startBroker({ home, kind });
    await broker.stop();
    const modeOf = async (name: string) => (await stat(join(home, 'broker', name))).mode & 0o077;
    expect(await modeOf('')).toBe(0);
    expect(await modeOf('broker.json')).toBe(0);
    if (kind === 'embedded-postgres') {
      expect(await modeOf('postgres-password')).toBe(0);
      const stranger = broker.url.replace(/:[^:@]*@/, ':guessed@');
      await expect(checkBroker(stranger)).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' });
    }
  });

  it('says that another kind already serves the state directory', async () => {
    const home = await newHome();
    const broker = await startBroker({ home, kind });
    const other = kind === 'private-redis' ? 'embedded-postgres' : 'private-redis';
    await expect(startBroker({ home, kind: other })).rejects.toMatchObject({ code: 'BROKER_CONFLICT' });
    await checkBroker(broker.url);
    await broker.stop();
  });
});

describe('embedded PostgreSQL', () => {
  it('takes another port when somebody has taken its own', async () => {
    const home = await newHome();
    const first = await startBroker({ home, kind: 'embedded-postgres' });
    await first.stop();
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(squatter, 'listening');
    const second = await startBroker({ home, kind: 'embedded-postgres' });
    expect(second.url).not.toBe(first.url);
    await second.stop();
    squatter.close();
  });

  it('repeats what initdb says when there can be no cluster', async () => {
    const home = await newHome();
    await mkdir(join(home, 'broker'));
    await writeFile(join(home, 'broker', 'postgres-password'), '');
    await expect(startBroker({ home, kind: 'embedded-postgres' })).rejects.toMatchObject({
      code: 'BROKER_FAILED',
      message: expect.stringMatching(/initdb[\s\S]*REDIS_URL[\s\S]*password file .* is empty/),
    });
  });

  it('repeats the end of the log when the server does not come up', async () => {
    const home = await newHome();
    const broker = await startBroker({ home, kind: 'embedded-postgres' });
    await broker.stop();
    await writeFile(join(await dataOf(home), 'PG_VERSION'), '9\n');
    await expect(startBroker({ home, kind: 'embedded-postgres' })).rejects.toMatchObject({
      code: 'BROKER_FAILED',
      message: expect.stringMatching(/postgres\.log[\s\S]*incompatible with server/),
    });
  });
});

describe.skipIf(redis === null)('Redis', () => {
  it('repeats the end of the log when a private one does not come up', async () => {
    const home = await newHome();
    const broker = await startBroker({ home, kind: 'private-redis' });
    await broker.stop();
    const manifest = join(home, 'broker/redis/appendonlydir/appendonly.aof.manifest');
    await writeFile(manifest, 'torn');
    await expect(startBroker({ home, kind: 'private-redis' })).rejects.toMatchObject({
      code: 'BROKER_FAILED',
      message: expect.stringMatching(/redis\.log[\s\S]*manifest/i),
    });
  });

  it('listens elsewhere when the state directory is too deep for a socket', async () => {
    const home = join(await newHome(), 'deep'.repeat(30));
    const broker = await startBroker({ home, kind: 'private-redis' });
    await checkBroker(broker.url);
    await broker.stop();
    await rm(join(new URL(broker.url).pathname, '..'), { recursive: true });
  });

  it('of REDIS_URL comes first, and goes on when the broker stops', async () => {
    const url = await separateRedis('s3cret');
    const home = await newHome();
    const broker: Broker = await startBroker({ home, redisUrl: url });
    expect(broker).toMatchObject({ kind: 'redis', url });
    expect(broker.description).toMatch(/^Redis at 127\.0\.0\.1:\d+, from REDIS_URL\.$/);
    const queue = await openTrainingQueue(broker.url);
    expect((await queue.submit(job)).state).toBe('added');
    await queue.close();
    await broker.stop();
    await checkBroker(url);
  });

  it('of REDIS_URL with a wrong password is refused, in words that do not repeat it', async () => {
    const url = (await separateRedis('s3cret')).replace('s3cret', 'wr0ng');
    const failed = startBroker({ home: await newHome(), redisUrl: url });
    await expect(failed).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' });
    await expect(failed).rejects.toThrow(/WRONGPASS/);
    await expect(failed).rejects.not.toThrow(/wr0ng/);
  });
});

describe('REDIS_URL', () => {
  it('that does not answer is named by host and port, without its password', async () => {
    const port = await closedPort();
    const failed = startBroker({ home: await newHome(), redisUrl: `redis://me:s3cret@127.0.0.1:${port}` });
    await expect(failed).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE', retryable: true });
    await expect(failed).rejects.toThrow(`127.0.0.1:${port}`);
    await expect(failed).rejects.not.toThrow('s3cret');
  });

  it('that is no URL of a broker is refused', async () => {
    const failed = startBroker({ home: await newHome(), redisUrl: 'localhost' });
    await expect(failed).rejects.toMatchObject({ code: 'BROKER_URL_INVALID' });
  });

  it('is asked for when FLIGHTDECK_BROKER=redis stands alone', async () => {
    const failed = startBroker({ home: await newHome(), kind: 'redis' });
    await expect(failed).rejects.toMatchObject({ code: 'BROKER_NOT_FOUND' });
  });
});

it('a state directory that cannot be written is named', async () => {
  const home = await newHome();
  await writeFile(join(home, 'broker'), 'a file in place of the folder');
  const failed = startBroker({ home });
  await expect(failed).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
  await expect(failed).rejects.toThrow(join(home, 'broker'));
});

const job: TrainingJob = {
  model: 'sum',
  rows: 3,
  seed: 1,
  actor: 'test',
  reason: 'to see it kept',
  key: '',
  promote: false,
};

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-broker-'));
  onTestFinished(async () => {
    expect(await serversWith(home)).toEqual([]);
    await removeHome(home);
  });
  return home;
}

async function dataOf(home: string): Promise<string> {
  return (await readRecord(join(home, 'broker')))?.data ?? '';
}

/** A Redis that is none of ours, as an operator would run it. */
async function separateRedis(password: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-redis-'));
  const port = await closedPort();
  const settings = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--requirepass',
    password,
    '--dir',
    folder,
  ];
  const server = spawn(redis?.command ?? '', settings, { stdio: 'ignore' });
  onTestFinished(async () => {
    await killHard(server);
    expect(isAlive(server.pid ?? 0)).toBe(false);
    await rm(folder, { recursive: true });
  });
  const url = `redis://:${password}@127.0.0.1:${port}`;
  await expect.poll(() => checkBroker(url).then(() => true)).toBe(true);
  return url;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

import { once } from 'node:events';
import { createServer } from 'node:net';
import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { engineAt, inTransaction, openDatabase } from './database.ts';
import { registerToys } from './fixtures.ts';
import { databaseUrl, executeAt, freshDatabase, onServers } from './places.fixture.ts';
import { startPostgres } from './postgres-server.fixture.ts';
import { openRegistry } from './registry.ts';

const home = '/nowhere';
const someRun = { id: 'r', model: 'toy', parameters: {}, lineage: {} };
const password = decodeURIComponent(new URL(inject('postgres')).password);

/** What a person could see of it, with its causes. */
async function failureOf(opening: Promise<unknown>) {
  const error = await opening.then(
    () => expect.fail('It did not fail.'),
    (reason: Error) => reason,
  );
  const { inspect } = await import('node:util');
  expect(inspect(error, { depth: 10 })).not.toContain(password);
  return error;
}

function urlWith(changes: {
  password?: string;
  port?: string;
  pathname?: string;
  username?: string;
}): string {
  return Object.assign(new URL(inject('postgres')), changes).href;
}

describe('a PostgreSQL that cannot be opened', () => {
  it.each([
    [
      'names DATABASE_URL',
      'mysql://root@localhost/x',
      'DATABASE_URL_INVALID',
      /DATABASE_URL must be postgres/,
    ],
    ['wants a database', 'postgres://localhost', 'DATABASE_URL_INVALID', /:port\/database/],
    [
      'does not repeat a password',
      'postgres://me:a secret#1@localhost/x',
      'DATABASE_URL_INVALID',
      /^(?!.*secret)/,
    ],
  ])('%s', async (_name, url, code, message) => {
    const error = await failureOf(openRegistry({ home, databaseUrl: url }));
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(message);
  });

  it.each([
    ['refuses the password', urlWith({ password: 'wrong' }), 'REGISTRY_DENIED', /tester@127.*PGPASSWORD/],
    [
      'has no such database',
      urlWith({ pathname: 'nothing' }),
      'REGISTRY_MISSING',
      /\/nothing.*create database/,
    ],
    ['is not there', urlWith({ port: '1' }), 'REGISTRY_UNREACHABLE', /127\.0\.0\.1:1\/postgres.*Start it/],
    [
      'has no such host',
      urlWith({}).replace('127.0.0.1', 'db.invalid'),
      'REGISTRY_UNREACHABLE',
      /db\.invalid/,
    ],
  ])('%s', async (_name, url, code, message) => {
    const error = await failureOf(openRegistry({ home, databaseUrl: url }));
    expect(error).toMatchObject({ code, retryable: code === 'REGISTRY_UNREACHABLE' });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('wrong');
  });

  it('is given up when it takes the connection and says nothing', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    const error = await failureOf(openRegistry({ home, databaseUrl: urlWith({ port: String(port) }) }));
    expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    mute.close();
  });

  it('does not let this user make tables', async () => {
    const url = await freshDatabase();
    await executeAt(url, `create role guest login password 'guest'`);
    const error = await failureOf(
      openRegistry({
        home,
        databaseUrl: Object.assign(new URL(url), { username: 'guest', password: 'guest' }).href,
      }),
    );
    expect(error).toMatchObject({ code: 'REGISTRY_DENIED' });
    expect(error.message).toMatch(/Make it the owner/);
    await executeAt(url, 'drop role guest');
  });
});

describe('a PostgreSQL in use', () => {
  it('gives up on a lock that somebody holds for too long', async () => {
    const { location } = await onServers.fresh();
    const registry = await openRegistry(location);
    const holder = new pg.Client({ connectionString: location.databaseUrl });
    await holder.connect();
    await holder.query('begin; lock table runs in access exclusive mode');
    const error = await failureOf(registry.runs.start(someRun));
    expect(error).toMatchObject({ code: 'REGISTRY_BUSY', retryable: true });
    await holder.query('rollback');
    await registry.runs.start(someRun);
    await holder.end();
    await registry.close();
  });

  it('repeats a transaction that met another one, and gives up when it always does', async () => {
    const { location, execute } = await onServers.fresh();
    const registry = await openRegistry(location);
    await registerToys(registry, 1);
    const db = await openDatabase(await engineAt(location));
    let meetings = 0;
    const renumber = (meetingsToHave: number) =>
      inTransaction(db, async (transaction) => {
        await transaction.selectFrom('runs').selectAll().execute();
        if (meetings++ < meetingsToHave) await execute('update runs set attempt = attempt + 100');
        await transaction.updateTable('runs').set({ attempt: 7 }).execute();
      });
    await renumber(3);
    expect(meetings).toBe(4);
    expect((await registry.runs.get('run-toy')).attempt).toBe(7);
    meetings = 0;
    const error = await failureOf(renumber(Number.POSITIVE_INFINITY));
    expect(error).toMatchObject({ code: 'REGISTRY_CONFLICT', retryable: true });
    expect(error.message).toMatch(/10 attempts/);
    expect(meetings).toBe(10);
    await db.destroy();
    await registry.close();
  });

  it('whose connection is cut within a transaction says so, and the next call has a new one', async () => {
    const { location, execute } = await onServers.fresh();
    const db = await openDatabase(await engineAt(location));
    const cut = inTransaction(db, async (transaction) => {
      await transaction.insertInto('runs').values(row).execute();
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
      await execute(`select pg_terminate_backend(${rows[0]!.pid})`);
      await transaction.selectFrom('runs').selectAll().execute();
    });
    expect(await failureOf(cut)).toMatchObject({ code: 'REGISTRY_UNREACHABLE', retryable: true });
    expect(await db.selectFrom('runs').selectAll().execute()).toEqual([]);
    await db.destroy();
  });

  it('may be restarted: calls fail meanwhile, then go on, and who watches is told to look', async () => {
    const server = await startPostgres();
    const location = { home, databaseUrl: server.url, artifactsUrl: '/nowhere' };
    const registry = await openRegistry(location);
    const heard: PromiseWithResolvers<void>[] = [Promise.withResolvers(), Promise.withResolvers()];
    let times = 0;
    const watch = registry.watch(() => heard[times++]?.resolve());
    await heard[0]!.promise;
    await registry.runs.start(someRun);
    await server.restart(async () => {
      expect(await failureOf(registry.runs.list())).toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    });
    expect(await registry.runs.list()).toMatchObject([{ id: 'r' }]);
    await heard[1]!.promise;
    watch.stop();
    await registry.close();
    await server.stop();
  });

  it('keeps its logs from being emptied', async () => {
    const { location, execute } = await onServers.fresh();
    await (await openRegistry(location)).close();
    await expect(execute('truncate decisions')).rejects.toThrow(/decisions is append-only/);
  });

  it('says that a text cannot have a NUL character', async () => {
    const registry = await openRegistry((await onServers.fresh()).location);
    const error = await failureOf(registry.runs.start({ ...someRun, id: 'a\0b' }));
    expect(error).toMatchObject({ code: 'REGISTRY_TEXT_INVALID' });
    await registry.close();
  });

  it('that only reads is no place to write', async () => {
    const url = await freshDatabase();
    const registry = await openRegistry({ home, databaseUrl: url });
    const name = new URL(url).pathname.slice(1);
    await executeAt(databaseUrl('postgres'), `alter database ${name} set default_transaction_read_only = on`);
    const reading = await openRegistry({ home, databaseUrl: url });
    expect(await failureOf(reading.runs.start(someRun))).toMatchObject({ code: 'STATE_NOT_WRITABLE' });
    await Promise.all([registry.close(), reading.close()]);
  });
});

const row = {
  id: 'r',
  model: 'toy',
  status: 'running',
  attempt: 1,
  parameters: '{}',
  lineage: '{}',
  metrics: '{}',
  started_at: '',
};

import { execFile } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { inTransaction, openDatabase } from './database.ts';
import { registerToys } from './fixtures.ts';
import { freshHome } from './fresh-home.fixture.ts';
import { inFiles } from './places.fixture.ts';
import { openRegistry } from './registry.ts';
import { runStore } from './runs.ts';
import { sqliteEngine } from './sqlite-dialect.ts';
import { asDatabaseError } from './sqlite-errors.ts';

const someRun = { id: 'r', model: 'toy', parameters: { text: 'x'.repeat(50_000) }, lineage: {} };
const clock = () => 0;

describe('a registry that cannot be opened', () => {
  it('is refused when a file stands in place of the state directory', async () => {
    const home = join(await freshHome(), 'file');
    await writeFile(home, '');
    const opening = openRegistry({ home });
    await expect(opening).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
    await expect(opening).rejects.toThrow(/FLIGHTDECK_HOME/);
  });

  it('is refused when a folder stands in place of the database', async () => {
    const home = await freshHome();
    await mkdir(join(home, 'registry.sqlite'));
    await expect(openRegistry({ home })).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
  });

  it('is refused as corrupt when the database is something else', async () => {
    const home = await freshHome();
    await writeFile(join(home, 'registry.sqlite'), 'not a database, and longer than a header. '.repeat(100));
    const opening = openRegistry({ home });
    await expect(opening).rejects.toMatchObject({ code: 'REGISTRY_CORRUPT' });
    await expect(opening).rejects.toThrow(join(home, 'registry.sqlite'));
  });

  it('says corrupt when pages inside the database were overwritten', async () => {
    const home = await freshHome();
    const path = join(home, 'registry.sqlite');
    const registry = await openRegistry({ home });
    for (let i = 0; i < 20; i++) await registry.runs.start({ ...someRun, id: `r${i}` });
    await registry.close();
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    // Page 1 holds the schema; everything after it becomes noise.
    await file.write(Buffer.alloc(size - 4096, 0x5a), 0, size - 4096, 4096);
    await file.close();
    const reading = openRegistry({ home }).then((opened) => opened.runs.list());
    await expect(reading).rejects.toMatchObject({ code: 'REGISTRY_CORRUPT' });
  });
});

describe('a database that cannot be written', () => {
  it('says that the disk is full, keeps what was there, and works again when there is space', async () => {
    const db = await openDatabase(sqliteEngine(join(await freshHome(), 'registry.sqlite')));
    const runs = runStore(db, clock);
    await runs.start({ ...someRun, id: 'first', parameters: {} });
    await sql`pragma max_page_count = 20`.execute(db);
    await expect(runs.start(someRun)).rejects.toMatchObject({ code: 'DISK_FULL', retryable: true });
    expect((await runs.list()).map((run) => run.id)).toEqual(['first']);
    await sql`pragma max_page_count = 10000`.execute(db);
    await runs.start(someRun);
    expect(await runs.list()).toHaveLength(2);
    await db.destroy();
  });

  it('says that it is read-only', async () => {
    const db = await openDatabase(sqliteEngine(join(await freshHome(), 'registry.sqlite')));
    await sql`pragma query_only = on`.execute(db);
    await expect(runStore(db, clock).start(someRun)).rejects.toMatchObject({ code: 'STATE_NOT_WRITABLE' });
    await db.destroy();
  });

  it("knows SQLite's words for a failing disk, and leaves a broken constraint alone", () => {
    const error = (errcode: number) => Object.assign(new Error('disk I/O error'), { errcode });
    expect(asDatabaseError(error(778), '/x')).toMatchObject({ code: 'STATE_NOT_WRITABLE' });
    const constraint = error(1555);
    expect(asDatabaseError(constraint, '/x')).toBe(constraint);
  });
});

it('a registry that an earlier kit has made is brought up to date', async () => {
  const { location, execute } = await inFiles.fresh();
  await (await openRegistry(location)).close();
  await execute(`
    drop table blob_guard; drop index runs_by_start; drop index versions_by_run; drop index reports_by_window;
    delete from kysely_migration where name >= '0007'`);
  const registry = await openRegistry(location);
  await registerToys(registry, 1);
  await registry.close();
});

describe('several at once', () => {
  it('two connections of one process wait for each other without blocking the event loop', async () => {
    const path = join(await freshHome(), 'registry.sqlite');
    const [one, two] = [await openDatabase(sqliteEngine(path)), await openDatabase(sqliteEngine(path))];
    const { promise: oneMayEnd, resolve: endOne } = Promise.withResolvers<void>();
    const first = inTransaction(one, async (transaction) => {
      await transaction.selectFrom('runs').selectAll().execute();
      await oneMayEnd;
    });
    const second = runStore(two, clock).start(someRun);
    // Blocked, SQLite's own busy handler would never let this run.
    setImmediate(endOne);
    await Promise.all([first, second]);
    await Promise.all([one.destroy(), two.destroy()]);
  });
});

it('uses write-ahead logging, syncs every commit and enforces foreign keys', async () => {
  const db = await openDatabase(sqliteEngine(join(await freshHome(), 'registry.sqlite')));
  const pragma = async (name: string) => (await sql.raw(`pragma ${name}`).execute(db)).rows[0];
  expect(await pragma('journal_mode')).toEqual({ journal_mode: 'wal' });
  expect(await pragma('synchronous')).toEqual({ synchronous: 2 });
  expect(await pragma('foreign_keys')).toEqual({ foreign_keys: 1 });
  await db.destroy();
});

it('prints no warning when it is loaded and used', async () => {
  const index = fileURLToPath(new URL('./index.ts', import.meta.url));
  const home = await freshHome();
  const program = `const { openRegistry } = await import('${index}');
    await (await openRegistry({ home: '${home}' })).close();`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect(stderr).toBe('');
}, 60_000);

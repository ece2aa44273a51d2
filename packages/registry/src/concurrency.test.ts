import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { engineAt, inTransaction, openDatabase } from './database.ts';
import { registerToys } from './fixtures.ts';
import { places } from './places.fixture.ts';
import { openRegistry } from './registry.ts';

describe.each(places)('$kind,', ({ fresh }) => {
  it('a registry that a newer kit has migrated is refused', async () => {
    const { location, execute } = await fresh();
    await (await openRegistry(location)).close();
    await execute("insert into kysely_migration values ('9999-the-future', '2040-01-01T00:00:00.000Z')");
    const opening = openRegistry(location);
    await expect(opening).rejects.toMatchObject({ code: 'REGISTRY_NEWER' });
    await expect(opening).rejects.toThrow(/9999-the-future/);
  });

  it('a transaction that throws leaves nothing', async () => {
    const db = await openDatabase(await engineAt((await fresh()).location));
    const failing = inTransaction(db, async (transaction) => {
      const row = { name: 'x', model: 'x', traffic: '[]', shadows: '[]', salt: '', updated_at: '' };
      await transaction.insertInto('endpoints').values(row).execute();
      throw new Error('half way');
    });
    await expect(failing).rejects.toThrow('half way');
    expect(await db.selectFrom('endpoints').selectAll().execute()).toEqual([]);
    await db.destroy();
  });

  it('five processes open a fresh registry at the same time, and one migrates it', async () => {
    const { location } = await fresh();
    const child = fileURLToPath(new URL('./open-registry.child.ts', import.meta.url));
    const words = [JSON.stringify(location)];
    const children = Array.from({ length: 5 }, () => fork(child, words, { execArgv: [] }));
    await Promise.all(children.map((process) => once(process, 'message')));
    const exits = children.map((process) => once(process, 'exit'));
    for (const process of children) process.send('go');
    for (const exit of exits) expect((await exit)[0]).toBe(0);
    const registry = await openRegistry(location);
    expect(await registry.runs.list()).toHaveLength(5);
    await registry.close();
  });

  it('what many append to one log at once is all there, numbered without a gap', async () => {
    const { location } = await fresh();
    const registries = await Promise.all(Array.from({ length: 3 }, () => openRegistry(location)));
    const skip = { model: 'toy', kind: 'skip', actor: 'controller', reason: 'busy', evidence: null };
    await Promise.all(
      registries.flatMap((registry) => Array.from({ length: 4 }, () => registry.decisions.append(skip))),
    );
    const ids = (await registries[0]!.decisions.list()).map(({ id }) => id);
    expect(ids).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    await Promise.all(registries.map((registry) => registry.close()));
  });

  it('who watches hears of a promotion, and of nothing once it has stopped', async () => {
    const { location } = await fresh();
    const [writer, watcher] = [await openRegistry(location), await openRegistry(location)];
    await registerToys(writer, 1);
    const heard = { times: 0, next: Promise.withResolvers<void>() };
    const watch = watcher.watch(() => {
      heard.times++;
      heard.next.resolve();
    });
    const champion = { model: 'toy', alias: 'champion', actor: 'ada', reason: 'it is better' };
    // What was done before the watch began to listen is announced when it does.
    await writer.aliases.set({ ...champion, version: 1 });
    await heard.next.promise;
    heard.next = Promise.withResolvers<void>();
    await writer.aliases.set({ ...champion, alias: 'challenger', version: 1 });
    await heard.next.promise;
    watch.stop();
    const { times } = heard;
    await writer.aliases.set({ ...champion, alias: 'pinned', version: 1 });
    await writer.close();
    await watcher.close();
    expect(heard.times).toBe(times);
  });

  it('texts are in the order of their bytes, and whole numbers beyond 32 bits are numbers', async () => {
    const db = await openDatabase(await engineAt((await fresh()).location));
    const names = ['a-b', 'ab', 'a-c', 'B', 'a'];
    const row = { model: 'x', traffic: '[]', shadows: '[]', salt: '', updated_at: '' };
    await db
      .insertInto('endpoints')
      .values(names.map((name) => ({ ...row, name })))
      .execute();
    const found = await db.selectFrom('endpoints').select('name').orderBy('name').execute();
    expect(found.map(({ name }) => name)).toEqual(['B', 'a', 'a-b', 'a-c', 'ab']);
    const { rows } = await sql`select cast(5000000000 as bigint) as large, count(*) as few from runs`.execute(
      db,
    );
    expect(rows).toEqual([{ large: 5_000_000_000, few: 0 }]);
    await db.destroy();
  });
});

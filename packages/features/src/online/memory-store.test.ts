import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore } from './memory-store.ts';
import { view } from './online.fixture.ts';
import { onlineFeatures } from './online-features.ts';
import { onlinePlanOf } from './online-plan.ts';
import { departure, landing, row, storeContract } from './store.contract.ts';

const plan = onlinePlanOf(view, { lateness: 120 });
const clock = () => Number.MAX_SAFE_INTEGER;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flightdeck-snapshot-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a snapshot is refused', () => {
  it.each([
    ['that is not there', 'SNAPSHOT_MISSING', async () => {}],
    ['that is empty', 'SNAPSHOT_DAMAGED', (path: string) => writeFile(path, '')],
    [
      'that was cut off',
      'SNAPSHOT_DAMAGED',
      (path: string) => saveThen(path, (file) => file.subarray(0, -1)),
    ],
    [
      'with a flipped bit',
      'SNAPSHOT_DAMAGED',
      (path: string) => saveThen(path, (file) => file.with(100, file[100]! ^ 1)),
    ],
    [
      'of other streams',
      'SNAPSHOT_OF_ANOTHER_PLAN',
      (path: string) => memoryStore(onlinePlanOf(view, { lateness: 60 })).save(path),
    ],
  ])('%s, and the store keeps what it had', async (_, code, make) => {
    const path = join(folder, 'state');
    await make(path);
    const store = memoryStore(plan);
    const features = onlineFeatures(plan, store, { clock });
    await features.ingest([departure('1', 10)]);
    await expect(store.restore(path)).rejects.toMatchObject({ code });
    expect((await features.lookup([row(20)]))[0]?.values.departures).toBe(1);
  });

  async function saveThen(path: string, change: (file: Buffer) => Uint8Array): Promise<void> {
    await memoryStore(plan).save(path);
    await writeFile(path, change(await readFile(path)));
  }
});

describe('a snapshot', () => {
  it('brings everything back: totals, ids, and what is late', async () => {
    const path = join(folder, 'state');
    const saved = memoryStore(plan);
    const before = onlineFeatures(plan, saved, { clock });
    const events = [
      departure('1', 10),
      landing('1', 70),
      departure('2', 75, { origin: 'CCC' }),
      departure('3', 200),
    ];
    await before.ingest(events);
    await saved.save(path);
    await before.ingest([departure('4', 201)]);

    const restored = memoryStore(plan);
    const after = onlineFeatures(plan, restored, { clock });
    await restored.restore(path);
    const rows = [row(100), row(202), row(190, { origin: 'CCC' })];
    expect(await after.ingest([...events, departure('4', 201), departure('0', 80)])).toEqual(
      ['late', 'duplicate', 'late', 'duplicate', 'accepted', 'late'].map((status) => ({ status })),
    );
    expect(await after.lookup(rows)).toEqual(await before.lookup(rows));
    expect(await readdir(folder)).toEqual(['state']);
  });

  it('is of one moment: what is added while it is written is not in it, not even in part', async () => {
    const path = join(folder, 'state');
    const saved = memoryStore(plan);
    const before = onlineFeatures(plan, saved, { clock });
    await before.ingest([departure('1', 10)]);
    const saving = saved.save(path);
    await before.ingest([departure('2', 11)]);
    await saving;

    const restored = memoryStore(plan);
    await restored.restore(path);
    const after = onlineFeatures(plan, restored, { clock });
    expect(await after.ingest([departure('1', 10), departure('2', 11)])).toEqual([
      { status: 'duplicate' },
      { status: 'accepted' },
    ]);
  });
});

describe('memory is bounded', () => {
  it('by the limit on keys: an event that needs more is refused whole, and may be sent again', async () => {
    const features = onlineFeatures(plan, memoryStore(plan, { maximumKeys: 20 }), { clock });
    const flood = Array.from({ length: 50 }, (_, index) =>
      landing(`${index}`, 10, { origin: `made-up-${index}` }),
    );
    await expect(features.ingest(flood)).rejects.toMatchObject({
      code: 'FEATURE_STORE_FULL',
      retryable: true,
    });
    expect(await features.ingest([flood[0]!])).toEqual([{ status: 'duplicate' }]);
    const refused = row(20, { origin: 'made-up-49' });
    expect((await features.lookup([refused]))[0]?.values.out_of_origin).toBe(5);
  });

  it('in time: however long a stream runs, what is kept is what windows can see, and one row for what is open', async () => {
    const path = join(folder, 'state');
    const store = memoryStore(plan);
    const features = onlineFeatures(plan, store, { clock });
    const sizeAfter = async (from: number, to: number) => {
      for (let at = from; at < to; at++) {
        const own = { origin: `A${at % 40}`, destination: `B${Math.trunc(at / 500) % 7}` };
        await features.ingest([departure(`${at}`, at, own), landing(`${at}`, at, own)]);
      }
      await store.save(path);
      return (await readFile(path)).length;
    };
    const early = await sizeAfter(10_000, 14_000);
    const late = await sizeAfter(14_000, 34_000);
    expect(late).toBeLessThan(early * 1.2);
  });
});

storeContract('the memory store', async (of) => memoryStore(of));

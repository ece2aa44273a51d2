// What every store of artifacts must do, in a folder or in S3.

import { type Clock, sha256 } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import type { Artifacts } from './artifacts.ts';

export function describeArtifacts(name: string, make: (clock: Clock) => Promise<Artifacts>): void {
  const bytes = (text: string) => Buffer.from(text);
  const absent = sha256('never stored');

  describe(`${name}, as a store of artifacts`, () => {
    it('answers "nothing there" for what was never put', async () => {
      const artifacts = await make(() => 0);
      expect(await artifacts.get(absent)).toBeUndefined();
      expect(await artifacts.has(absent)).toBe(false);
      expect(await artifacts.putAt(absent)).toBeUndefined();
      expect(await artifacts.list()).toEqual([]);
      await artifacts.delete(absent);
    });

    it('gives back what was put, under its SHA-256, empty files too', async () => {
      const artifacts = await make(() => 0);
      for (const text of ['abc', '']) {
        const hash = await artifacts.put(bytes(text));
        expect(hash).toBe(sha256(text));
        expect(await artifacts.has(hash)).toBe(true);
        expect(Buffer.from((await artifacts.get(hash)) ?? 'missing').toString()).toBe(text);
      }
    });

    it('forgets what was deleted', async () => {
      const artifacts = await make(() => 0);
      const hash = await artifacts.put(bytes('abc'));
      await artifacts.delete(hash);
      expect(await artifacts.get(hash)).toBeUndefined();
      expect(await artifacts.list()).toEqual([]);
    });

    it('lists a blob once, with its size, and knows when it was put last', async () => {
      let now = 1_000_000_000_001;
      const artifacts = await make(() => now);
      const hash = await artifacts.put(bytes('abc'));
      now += 5_003;
      await artifacts.put(bytes('abc'));
      expect(await artifacts.list()).toEqual([{ sha256: hash, bytes: 3 }]);
      expect(await artifacts.putAt(hash)).toBe(1_000_000_005_004);
    });

    it('takes the same blob from many writers at once', async () => {
      const artifacts = await make(() => 0);
      await Promise.all(Array.from({ length: 8 }, () => artifacts.put(bytes('same'))));
      expect(await artifacts.list()).toHaveLength(1);
    });
  });
}

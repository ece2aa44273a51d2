import { describe, expect, it } from 'vitest';
import { outbox } from './outbox.ts';

describe('an outbox', () => {
  it('that cannot send says so to everybody who asks from then on', async () => {
    const box = outbox<number>(2, () => Promise.reject(new Error('away for good')));
    await expect(box.add([1, 2])).rejects.toThrow('away for good');
    await expect(box.flush()).rejects.toThrow('away for good');
  });

  it('keeps the order, one request at a time, each no larger than allowed', async () => {
    const sent: number[][] = [];
    let underWay = 0;
    const box = outbox<number>(3, async (items) => {
      expect(++underWay).toBe(1);
      await Promise.resolve();
      sent.push([...items]);
      underWay--;
    });
    void box.add([1, 2]);
    void box.add([3, 4, 5, 6, 7]);
    await box.flush();
    expect(sent).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  });

  it('waits for a full request, or for somebody who wants it empty', async () => {
    const sent: number[][] = [];
    const box = outbox<number>(3, async (items) => void sent.push([...items]));
    await box.add([1, 2]);
    expect(sent).toEqual([]);
    await box.flush();
    expect(sent).toEqual([[1, 2]]);
    await box.flush();
    expect(sent).toHaveLength(1);
  });

  it('holds up who adds until less than a request is waiting', async () => {
    const answer = Promise.withResolvers<void>();
    const box = outbox<number>(2, () => answer.promise);
    let taken = false;
    const adding = box.add([1, 2, 3]).then(() => {
      taken = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBe(false);
    answer.resolve();
    await adding;
  });
});

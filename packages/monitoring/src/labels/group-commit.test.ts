import { expect, test } from 'vitest';
import { groupCommit } from './group-commit.ts';

test('whoever asks while a sync is under way shares the next, and a failure is told to its own group alone', async () => {
  const syncs: PromiseWithResolvers<string>[] = [];
  const commit = groupCommit(() => {
    syncs.push(Promise.withResolvers<string>());
    return syncs.at(-1)!.promise;
  });
  const first = commit();
  await Promise.resolve();
  const [second, third] = [commit(), commit()];
  expect(syncs).toHaveLength(1);
  syncs[0]!.reject(new Error('the disk is full'));
  await expect(first).rejects.toThrow('the disk is full');
  expect(syncs).toHaveLength(2);
  syncs[1]!.resolve('stored');
  expect(await Promise.all([second, third])).toEqual(['stored', 'stored']);
  expect(syncs).toHaveLength(2);
});

import { expect, test } from 'vitest';
import { promoteSum, serve, temporaryRegistry } from '../sum-model.fixture.ts';
import { startConverging } from './convergence-loop.ts';

test('a promotion wakes serving up, which polls once an hour', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  const loaded = Promise.withResolvers<string>();
  const loop = startConverging(serving.state, 3_600_000, (change) => {
    if (change.kind === 'loaded') loaded.resolve(change.endpoint);
  });
  await loop.wake();
  const watching = state.registry.watch(() => void loop.wake());
  await promoteSum(state.registry);
  expect(await loaded.promise).toBe('sum');
  watching.stop();
  await loop.stop();
});

import { slowModel } from '@flightdeck/onnx/fixtures';
import { expect, test } from 'vitest';
import { serve, temporaryRegistry } from '../sum-model.fixture.ts';
import { promoteGraph } from '../toy-models.fixture.ts';

test('while the queue is full a request is refused before its body is read, and told when to come back', async () => {
  await using state = await temporaryRegistry();
  await promoteGraph(state.registry, 'slow', slowModel(24, 128), [
    { inputs: { x: Array(128).fill(0) }, outputs: { y: Array(128).fill(0) } },
  ]);
  await using serving = await serve(state.registry, {
    maxInstances: 4,
    limits: { maxQueuedRows: 8, maxDelayMs: 1_000, maxBatchRows: 64 },
  });
  await serving.converge();
  const instance = { x: Array(128).fill(1) };
  const ask = (payload: object | string) =>
    serving.app.inject({
      method: 'POST',
      url: '/v1/models/slow/predict',
      headers: { 'content-type': 'application/json' },
      payload,
    });

  // They wait for company that never comes; each is taken in within a turn or two of the event loop.
  const waiting = [
    ask({ instances: [instance, instance, instance] }),
    ask({ instances: [instance, instance] }),
  ];
  const { runtime } = serving.plane.served('slow');
  while (runtime.load.queuedRows < 5) await new Promise((resolve) => setImmediate(resolve));

  const refused = await ask('{ this is no JSON');
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(refused.json().error.code).toBe('OVERLOADED');
  for (const answer of await Promise.all(waiting)) expect(answer.statusCode).toBe(200);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Family } from '../metrics/family.ts';
import { counter, gauge } from '../metrics/instruments.ts';
import { instanceMetrics } from './instance-metrics.ts';

function told(count: number): readonly Family[] {
  const requests = counter({ name: 'requests_total', help: 'Requests.' });
  requests.series().add(count);
  return [requests.family(), gauge({ name: 'waiting', help: 'Waiting.' }, 'sum', [{ labels: {}, value: 1 }])];
}

const totalOf = (families: readonly Family[], name: string) =>
  families.find((family) => family.name === name)?.values[0]?.value;

type Latest = readonly (readonly [number, readonly Family[]])[];

/** The metrics of an instance whose workers answer what the test says they do. */
function instance() {
  let latest: Latest = [];
  const metrics = instanceMetrics({ ask: async () => new Map(latest), own: async () => [] });
  return {
    left: metrics.left,
    async gather(answers: Latest) {
      latest = answers;
      return metrics.gather();
    },
  };
}

test('a worker that ended counts on, and is nothing else any more', async () => {
  const { gather, left } = instance();
  await gather([
    [1, told(10)],
    [2, told(5)],
  ]);
  left(1);
  const together = await gather([[2, told(6)]]);
  expect([totalOf(together, 'requests_total'), totalOf(together, 'waiting')]).toEqual([16, 1]);
});

test('a worker that does not answer is what it told last', async () => {
  const { gather } = instance();
  await gather([
    [1, told(10)],
    [2, told(5)],
  ]);
  const together = await gather([[2, told(6)]]);
  expect([totalOf(together, 'requests_total'), totalOf(together, 'waiting')]).toEqual([16, 2]);
});

test('who asks at the same time gets the same answer', async () => {
  let asked = 0;
  const metrics = instanceMetrics({
    ask: async () => new Map([[++asked, told(asked)]]),
    own: async () => [],
  });
  const [one, other] = await Promise.all([metrics.gather(), metrics.gather()]);
  expect(asked).toBe(1);
  expect(one).toBe(other);
  await metrics.gather();
  expect(asked).toBe(2);
});

test('totals never go backwards, whoever answers, ends or comes', async () => {
  const event = fc.record({
    worker: fc.integer({ min: 1, max: 4 }),
    grows: fc.nat(5),
    ends: fc.boolean(),
    silent: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event), async (events) => {
      const { gather, left } = instance();
      const counts = new Map<number, number>();
      let before = 0;
      for (const { worker, grows, ends, silent } of events) {
        counts.set(worker, (counts.get(worker) ?? 0) + grows);
        const latest = silent ? [] : [...counts].map(([id, count]) => [id, told(count)] as const);
        const now = totalOf(await gather(latest), 'requests_total') ?? 0;
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
        if (!ends) continue;
        left(worker);
        counts.delete(worker);
      }
    }),
  );
});

import { expect, it } from 'vitest';
import { countOutcome } from './outcome.ts';
import { keepPace } from './pace.ts';
import { openPhases } from './phases.ts';
import { virtualTime } from './virtual-time.fixture.ts';

const never = new AbortController().signal;

/** One scenario from minute 10 to 20, at a minute a second. */
function phases(control: { begin?: () => Promise<void>; end?: () => Promise<void> }) {
  const time = virtualTime();
  const pace = keepPace(60, time, never);
  const told: string[] = [];
  const errors: unknown[] = [];
  const opened = openPhases({
    scenarios: [
      {
        fault: { name: 'it', from: 10, to: 20, fault: { kind: 'pause-redis' } },
        control: { begin: async () => {}, end: async () => {}, endsBy: 'clock', ...control },
      },
    ],
    predictFrom: 0,
    pace,
    outcome: countOutcome(),
    tell: ({ state, at }) => told.push(`${state} ${at}`),
    onError: (error) => errors.push(error),
  });
  return { ...opened, time, told, errors };
}

it('what cannot be begun stops the replay, and what cannot be ended by the clock is told', async () => {
  const { turnTo } = phases({ begin: () => Promise.reject(new Error('no Redis')) });
  await expect(turnTo(10)).rejects.toThrow('no Redis');
  const stuck = phases({ end: () => Promise.reject(new Error('gone')) });
  await stuck.turnTo(10);
  await stuck.time.run(stuck.time.until(10_000, never));
  expect(stuck.errors).toMatchObject([{ message: 'gone' }]);
});

it('a scenario is ended once, and whoever ends it waits until it is over', async () => {
  const ended = Promise.withResolvers<void>();
  let ends = 0;
  const { turnTo, endAll, time, told } = phases({
    end() {
      ends++;
      return ended.promise;
    },
  });
  await turnTo(10);
  let waiting = true;
  const both = Promise.all([turnTo(20), endAll()]).then(() => {
    waiting = false;
  });
  await time.run(time.until(10_000, never)); // the clock comes to its end as well
  expect([waiting, ends, time.now()]).toEqual([true, 1, 10_000]);
  ended.resolve();
  await both;
  expect(told).toEqual(['begins 10', 'ends 20']);
});

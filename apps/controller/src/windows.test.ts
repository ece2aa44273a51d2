import { alarmPolicySchema } from '@flightdeck/monitoring';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowPolicy } from './policy.ts';
import { day, hour, monday } from './traffic.fixture.ts';
import { dueWindows, type Traffic, type Window } from './windows.ts';

const policy = (lengthMinutes: number, stepMinutes = lengthMinutes): WindowPolicy => ({
  lengthMinutes,
  stepMinutes,
  alarms: alarmPolicySchema.parse({ quality: { labelDelayMinutes: 360 } }),
});
const daily = policy(1_440);

const at = (days: number): Traffic => ({ endpoint: 'toy', version: 3, at: monday + days * day });
const never = () => undefined;

describe('a window', () => {
  it('is not due while it may still grow', () => {
    expect(dueWindows([at(0)], never, daily, monday + day - 1)).toEqual([]);
  });

  it('is due when it is complete, and once more when its labels have had their time', () => {
    const window = { endpoint: 'toy', version: 3, from: monday, to: monday + day };
    expect(dueWindows([at(0)], never, daily, monday + day)).toEqual([window]);
    const madeAt = (moment: number) => () => moment;
    expect(dueWindows([at(0)], madeAt(monday + day), daily, monday + day + 5 * hour)).toEqual([]);
    expect(dueWindows([at(0)], madeAt(monday + day), daily, monday + day + 6 * hour)).toEqual([window]);
    expect(dueWindows([at(0)], madeAt(monday + day + 6 * hour), daily, monday + 90 * day)).toEqual([]);
  });

  it('is not due without traffic, and comes after older ones', () => {
    const due = dueWindows([at(3), at(0), { ...at(0), version: 2 }], never, daily, monday + 4 * day);
    expect(due.map(({ from, version }) => [(from - monday) / day, version])).toEqual([
      [0, 2],
      [0, 3],
      [3, 3],
    ]);
  });

  it('overlaps the next one where steps are shorter, and is one window for all its steps', () => {
    const due = dueWindows([at(0), at(1)], never, policy(3 * 1_440, 1_440), monday + 9 * day);
    expect(due.map(({ from, to }) => [(from - monday) / day, (to - monday) / day])).toEqual([
      [-2, 1],
      [-1, 2],
      [0, 3],
      [1, 4],
    ]);
  });
});

it('whatever the traffic and however often it is asked, a window is reported twice at most, and what is reported is complete', () => {
  const places = fc.array(fc.record({ days: fc.nat({ max: 9 }), version: fc.integer({ min: 1, max: 2 }) }));
  const looks = fc.array(fc.nat({ max: 12 * 24 }), { maxLength: 30 });
  fc.assert(
    fc.property(places, looks, (where, hours) => {
      const traffic = where.map(({ days, version }) => ({ ...at(days), version }));
      const made = new Map<string, number[]>();
      const key = ({ version, from }: Window) => `${version} ${from}`;
      for (const now of hours.toSorted((a, b) => a - b).map((each) => monday + each * hour)) {
        for (const window of dueWindows(traffic, (one) => made.get(key(one))?.at(-1), daily, now)) {
          expect(window.to).toBeLessThanOrEqual(now);
          expect(
            traffic.some(({ at: when, version }) => version === window.version && when === window.from),
          ).toBe(true);
          made.set(key(window), [...(made.get(key(window)) ?? []), now]);
        }
        expect(dueWindows(traffic, (one) => made.get(key(one))?.at(-1), daily, now)).toEqual([]);
      }
      for (const times of made.values()) expect(times.length).toBeLessThanOrEqual(2);
    }),
  );
});

import { describe, expect, it } from 'vitest';
import { day, planOf, policyOf } from './plan.ts';
import { iso } from './play.ts';

const whole = planOf('2001-05-01', 200_000);
const short = planOf('2001-05-01', 20_000);

describe('the plan', () => {
  it('begins on the Monday after the test rows, and stops on the mornings after whole weeks', () => {
    expect(iso(whole.from)).toBe('2001-05-07T00:00:00.000Z');
    expect(whole.looks.map(iso)).toEqual(['2001-05-14T06:00:00.000Z', '2001-05-21T06:00:00.000Z']);
  });

  it('is shorter after a small training, with time enough for the rows of a recalibration', () => {
    expect(iso(short.from)).toBe('2001-05-03T00:00:00.000Z');
    expect(short.looks.map(iso)).toEqual(['2001-05-14T06:00:00.000Z']);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('fits a test that ends on May %i', (date) => {
    const end = `2001-05-0${date}`;
    for (const { from, looks } of [planOf(end, 200_000), planOf(end, 20_000)]) {
      expect(from).toBeGreaterThanOrEqual(Date.parse(end) / 60_000);
      expect(looks.at(-1)! - from).toBeGreaterThan(10 * day + 600);
      for (const look of looks) expect(new Date(look * 60_000).getUTCDay()).toBe(1);
    }
  });
});

describe('the policy', () => {
  it("is the model's own but for the rollout and the size of a retraining", async () => {
    const policy = await policyOf('flight-delay', 50_000, whole);
    expect(policy).toMatchObject({
      windows: [{ lengthMinutes: day }, { lengthMinutes: 7 * day, alarms: { persistence: { drift: 3 } } }],
      retraining: { job: { rows: 50_000 } },
      rollout: { canary: [{ share: 0.1 }, { share: 0.5 }] },
    });
  });

  it('takes the first bad week for an alarm, and leaves days as they are', async () => {
    const { windows } = (await policyOf('flight-delay', 20_000, short)) as { windows: readonly object[] };
    expect(windows[0]).not.toHaveProperty('alarms.persistence');
    expect(windows[1]).toMatchObject({ alarms: { persistence: { drift: 3, quality: 1 } } });
  });

  it('of a model that declares none is the rollout alone', async () => {
    expect(Object.keys(await policyOf('no-such-model', 50_000, short))).toEqual(['rollout']);
  });
});

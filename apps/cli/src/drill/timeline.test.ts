import { expect, it } from 'vitest';
import { type Timeline, timelineHere, timelineOfOwn } from './timeline.ts';

const scenario = (kind: string) => ({
  name: 'a-fault',
  what: 'Something goes wrong.',
  expects: { kind, subject: 'anything' },
  recovery: 'by itself' as const,
});
const firstDay = Date.UTC(2001, 4, 1) / 60_000;

it.each([
  ['defaulted', 'a-feature'],
  ['service', 'slow'],
])('a drill of %s:%s, which needs a damaged feature store, is refused with a way out', (kind, subject) => {
  const damaged = { ...scenario(kind), expects: { kind, subject } };
  expect(() => timelineHere(damaged, firstDay)).toThrowError(
    expect.objectContaining({
      code: 'DRILL_UNSUPPORTED',
      message: expect.stringContaining('Leave out --here'),
    }),
  );
});

it.each(['missing', 'service', 'drift', 'quality', 'rollout'])(
  'a drill of %s has a whole healthy window before the fault and one after it, and lasts until both are judged',
  (kind) => {
    for (const lay of [timelineOfOwn, timelineHere]) {
      const { judgedFrom, faultFrom, faultTo, to, windowMinutes, labelMinutes, reachesBack }: Timeline = lay(
        scenario(kind),
        firstDay,
      );
      expect((faultFrom - judgedFrom) % windowMinutes).toBe(0);
      expect((faultTo - faultFrom) % windowMinutes).toBe(0);
      expect(faultFrom - reachesBack).toBeGreaterThanOrEqual(judgedFrom + windowMinutes);
      const judged = faultTo + windowMinutes + (kind === 'quality' ? labelMinutes : 0);
      expect(to).toBeGreaterThan(judged);
    }
  },
);

it('a drill of the feature store begins before it is judged, and leaves time to come back', () => {
  const { from, judgedFrom, faultTo, to, windowMinutes } = timelineOfOwn(scenario('defaulted'), firstDay);
  expect(from).toBeLessThan(judgedFrom);
  expect(to).toBeGreaterThan(faultTo + 2 * windowMinutes);
});

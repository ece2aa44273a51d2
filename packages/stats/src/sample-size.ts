// How many units an experiment needs, computed before it starts: stopping when the numbers look good is how false alarms are made.

import { sequenceMultiplier } from './confidence-sequence.ts';
import { normalQuantile } from './normal.ts';

export interface TestDesign {
  /** The chance of a false alarm where there is no effect. */
  readonly alpha: number;
  /** The chance to see the effect where it is as large as declared. */
  readonly power: number;
  readonly sides: 1 | 2;
  /** Units of the treatment for each unit of the control. */
  readonly ratio: number;
}

export interface SampleSize {
  readonly control: number;
  readonly treatment: number;
}

/**
 * For a share that moves from `baseline` by `effect`: the z test with pooled variance under no effect (Fleiss, Levin and Paik,
 * Statistical Methods for Rates and Proportions, 2003, section 4.2, without continuity correction), which `compareProportions` makes.
 */
export function planProportions(baseline: number, effect: number, design: TestDesign): SampleSize {
  const { ratio } = design;
  const treated = baseline + effect;
  const pooled = (baseline + ratio * treated) / (1 + ratio);
  const whenNone = Math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio));
  const whenThere = Math.sqrt(baseline * (1 - baseline) + (treated * (1 - treated)) / ratio);
  const { alarm, miss } = quantilesOf(design);
  return sized(((alarm * whenNone + miss * whenThere) / effect) ** 2, ratio);
}

/**
 * For a mean that moves by `effect` where single units scatter with `deviation`. The normal formula, plus what the t test loses
 * because it must estimate that scatter (Guenther 1981): a unit or two a group.
 */
export function planMeans(deviation: number, effect: number, design: TestDesign): SampleSize {
  const { ratio } = design;
  const { alarm, miss } = quantilesOf(design);
  const normal = (1 + 1 / ratio) * ((deviation * (alarm + miss)) / effect) ** 2;
  return sized(normal + alarm ** 2 / (2 * (1 + ratio)), ratio);
}

/**
 * How many times more units a test needs that may be looked at all the time, if it is to have the planned power at its last look
 * already (it had other chances before, so its power is higher): the factor by which its interval, tuned for that size, is wider.
 */
export function inflationForLooks(design: Pick<TestDesign, 'alpha' | 'power'>): number {
  const { alarm, miss } = quantilesOf({ ...design, sides: 2 });
  return ((sequenceMultiplier(1, { alpha: design.alpha, tunedFor: 1 }) + miss) / (alarm + miss)) ** 2;
}

function quantilesOf({ alpha, power, sides }: Omit<TestDesign, 'ratio'>): { alarm: number; miss: number } {
  return { alarm: normalQuantile(1 - alpha / sides), miss: normalQuantile(power) };
}

function sized(control: number, ratio: number): SampleSize {
  return { control: Math.ceil(control), treatment: Math.ceil(control * ratio) };
}

// The verdict on an experiment: pass where a variant is better than the control, fail where none is by as much as was declared worth
// finding, inconclusive as long as the data cannot say, or must not be asked.

import { adjustForCovariate, type Moments, sampleRatioP } from '@flightdeck/stats';
import { type Experiment, type ExperimentPlan, planExperiment } from './experiment.ts';
import { compareGroups } from './experiment-comparison.ts';
import type { ExperimentData, ExperimentGroup } from './experiment-data.ts';
import { combineVerdicts, count, decimal, percent, type Reason, undecided, type Verdict } from './verdict.ts';

export interface ExperimentVerdict {
  readonly at: number;
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** The variant with the greatest effect of those that are better; null where none is. */
  readonly winner: string | null;
  /** What the covariate explained; null where none was declared. */
  readonly varianceReduction: number | null;
  readonly plan: ExperimentPlan;
}

/** Below this a mismatch is no accident; it is looked at often, so the bar is high (Fabijan et al. 2019). */
const mismatch = 0.001;

/**
 * Prerequisites first: units in the declared ratio, enough days, and for a fixed horizon all planned units. While one is open
 * there is no comparison at all, so that nobody acts on a number that means nothing. A fixed-horizon experiment is asked once, when it
 * is full: whoever lets it run on and asks again peeks.
 */
export function analyseExperiment(
  experiment: Experiment,
  data: ExperimentData,
  now: number,
): ExperimentVerdict {
  const plan = planExperiment(experiment);
  const groups = experiment.variants.map(({ name }) => data[name] ?? empty);
  const open = { at: now, winner: null, varianceReduction: null, plan };
  const prerequisites = [
    checkRatio(experiment, groups),
    checkDays(experiment, now),
    ...(experiment.method === 'fixed' ? [checkUnits(plan, groups)] : []),
    ...(experiment.covariate === undefined ? [] : [checkCovariate(experiment.covariate, groups)]),
  ];
  if (combineVerdicts(prerequisites) !== 'pass')
    return { ...open, verdict: 'inconclusive', reasons: prerequisites };
  const adjusted = experiment.covariate === undefined ? undefined : adjustForCovariate(groups.map(asPaired));
  const effects = compareAll(
    experiment,
    adjusted?.groups ?? groups.map(asMoments),
    plan,
    adjusted !== undefined,
  );
  return {
    ...open,
    ...decide(effects),
    reasons: [...prerequisites, ...effects],
    varianceReduction: adjusted?.varianceReduction ?? null,
  };
}

const empty: ExperimentGroup = { units: 0, mean: 0, variance: 0 };

function asMoments({ units, mean, variance }: ExperimentGroup): Moments {
  return { n: units, mean, variance };
}

function asPaired(group: ExperimentGroup) {
  return { ...asMoments(group), covariate: group.covariate! };
}

function checkRatio({ variants }: Experiment, groups: readonly ExperimentGroup[]): Reason {
  const check = 'sample-ratio';
  const units = groups.map((group) => group.units);
  const weights = variants.map(({ weight }) => weight);
  const n = sum(units);
  const fewest = (n * Math.min(...weights)) / sum(weights);
  // Below five expected units chi-square is no longer chi-square (Cochran 1954).
  if (fewest < 5)
    return undecided(check, `Sample ratio: ${count(n)} units are too few to tell.`, mismatch, n);
  const value = sampleRatioP(units, weights);
  const verdict = value < mismatch ? 'inconclusive' : 'pass';
  const outcome =
    verdict === 'pass'
      ? 'no mismatch'
      : 'a mismatch. Units of a variant get lost or counted twice, so no comparison is fair: find out where, and start another experiment';
  const message = `Units ${units.map(count).join(' : ')} for weights ${weights.join(' : ')}, p = ${chance(value)}: ${outcome}.`;
  return { check, verdict, message, value, threshold: mismatch, n };
}

function checkDays({ startsAt, minimumDays }: Experiment, now: number): Reason {
  const value = Math.max(0, (now - startsAt) / 86_400_000);
  const verdict = value >= minimumDays ? 'pass' : 'inconclusive';
  const message = `${value.toFixed(2)} days of at least ${minimumDays}.`;
  return { check: 'days', verdict, message, value, threshold: minimumDays, n: 1 };
}

function checkUnits({ total }: ExperimentPlan, groups: readonly ExperimentGroup[]): Reason {
  const value = sum(groups.map(({ units }) => units));
  const verdict = value >= total ? 'pass' : 'inconclusive';
  const message = `${count(value)} of ${count(total)} planned units${verdict === 'pass' ? '' : ': a fixed horizon is not looked at before'}.`;
  return { check: 'units', verdict, message, value, threshold: total, n: value };
}

function checkCovariate(covariate: string, groups: readonly ExperimentGroup[]): Reason {
  const lacking = groups.filter((group) => group.covariate === undefined).length;
  const message =
    lacking === 0 ? `Adjusted for ${covariate}.` : `${lacking} variants have no moments of ${covariate}.`;
  return {
    check: 'covariate',
    verdict: lacking === 0 ? 'pass' : 'inconclusive',
    message,
    value: lacking,
    threshold: 0,
    n: groups.length,
  };
}

function compareAll(
  experiment: Experiment,
  groups: readonly Moments[],
  plan: ExperimentPlan,
  adjusted: boolean,
): Reason[] {
  const [control, ...treatments] = groups;
  // One side of alpha is both sides of twice as much, of which the wrong one is never called better.
  const alpha = experiment.sides === 1 ? 2 * plan.alphaEach : plan.alphaEach;
  return treatments.map((treatment, i) => {
    const [first, { name }] = [experiment.variants[0]!, experiment.variants[i + 1]!];
    const planned = plan.units[first.name]! + plan.units[name]!;
    return judgeEffect(experiment, name, control!, treatment, { alpha, planned, adjusted });
  });
}

function judgeEffect(
  experiment: Experiment,
  name: string,
  control: Moments,
  treatment: Moments,
  design: Parameters<typeof compareGroups>[3],
): Reason {
  const check = `effect:${name}`;
  const { metric, minimumEffect: threshold } = experiment;
  const n = control.n + treatment.n;
  const compared = compareGroups(experiment, control, treatment, design);
  if (!compared || !Number.isFinite(compared.low))
    return undecided(check, `${name}: ${count(n)} units are too few to compare.`, threshold, n);
  const { difference: value, low, high, p } = compared;
  const verdict = p < design.alpha && value > 0 ? 'pass' : high < threshold ? 'fail' : 'inconclusive';
  const outcome = {
    pass: 'better',
    fail: `not better by the ${threshold} that was declared`,
    inconclusive: `an effect of ${threshold} is neither shown nor excluded`,
  }[verdict];
  const direction = metric.better === 'higher' ? 'above' : 'below';
  const message =
    `${metric.name} of ${name} is ${decimal(value)} [${decimal(low)}, ${decimal(high)}] ${direction} the control's, ` +
    `p = ${chance(p)}, n = ${count(n)}, alpha ${percent(design.alpha)}: ${outcome}.`;
  return { check, verdict, message, value, threshold, low, high, n };
}

function decide(effects: readonly Reason[]): Pick<ExperimentVerdict, 'verdict' | 'winner'> {
  const best = effects
    .filter(({ verdict }) => verdict === 'pass')
    .toSorted((a, b) => b.value! - a.value!)
    .at(0);
  if (best) return { verdict: 'pass', winner: best.check.slice('effect:'.length) };
  return {
    verdict: effects.every(({ verdict }) => verdict === 'fail') ? 'fail' : 'inconclusive',
    winner: null,
  };
}

function chance(p: number): string {
  return p < 0.0001 ? p.toExponential(1) : p.toFixed(4);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

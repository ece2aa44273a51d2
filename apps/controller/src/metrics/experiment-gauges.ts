// Of each endpoint the latest experiment: how many units it has, and what its checks say. There is no mean by variant: a fixed horizon is
// not looked at before its end, and the effect is among the checks when it may be.

import type { Registry } from '@flightdeck/registry';
import { planExperiment, type Reason } from '@flightdeck/rollout';
import { experimentIn, type RunningExperiment } from '../experiments/experiment-record.ts';
import type { ExperimentLook } from '../experiments/experiments.ts';

export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly points: readonly (readonly [labels: Readonly<Record<string, string>>, value: number | null])[];
}

const statuses = ['running', 'concluded', 'stopped'] as const;
const verdicts = ['pass', 'fail', 'inconclusive'] as const;

/** `latest`: what the last look has seen, which the registry hears of only when it is news. */
export async function experimentGauges(
  { endpoints, experiments }: Pick<Registry, 'endpoints' | 'experiments'>,
  latest: (name: string) => ExperimentLook | undefined,
): Promise<readonly Gauge[]> {
  const found = (await endpoints.list()).map(async ({ name }) => {
    const [procedure] = await experiments.list({ endpoint: name, limit: 1 });
    return procedure === undefined ? [] : gaugesOf(experimentIn(procedure), latest(procedure.id));
  });
  return (await Promise.all(found)).flat();
}

function gaugesOf(running: RunningExperiment, look: ExperimentLook | undefined): Gauge[] {
  const { procedure, experiment, model } = running;
  const { metric, minimumEffect, name } = experiment;
  const labels = { model, endpoint: procedure.endpoint, experiment: name };
  const plan = planExperiment(experiment);
  const reasons = (look?.result ?? running.result)?.reasons ?? [];
  const gauge = (suffix: string, help: string, points: Gauge['points']): Gauge => ({
    name: `flightdeck_experiment_${suffix}`,
    help,
    points: points.map(([own, value]) => [{ ...labels, ...own }, value]),
  });
  return [
    gauge(
      'status',
      'Which status the latest experiment of an endpoint has (1) and which not (0).',
      statuses.map((status) => [{ status }, Number(status === procedure.status)]),
    ),
    gauge(
      'units',
      'Units that were exposed and whose metric is known, by variant.',
      experiment.variants.map(({ name: variant }) => [{ variant }, look?.data[variant]?.units ?? 0]),
    ),
    gauge(
      'planned_units',
      'Units that the plan asks for, by variant.',
      Object.entries(plan.units).map(([variant, units]) => [{ variant }, units]),
    ),
    gauge('minimum_effect', 'The smallest effect that was declared worth finding.', [
      [{ metric: metric.name }, minimumEffect],
    ]),
    gauge(
      'check',
      "What the experiment's checks say (1), and what not (0): prerequisites, and an effect a variant.",
      reasons.flatMap(({ check, verdict }) =>
        verdicts.map((each) => [{ check, verdict: each }, Number(each === verdict)] as const),
      ),
    ),
    gauge(
      'effect',
      'Effect of a variant, positive where it is better, with the ends of its interval.',
      reasons.flatMap(effectOf),
    ),
    gauge('sample_ratio_p', 'How likely the numbers of units are where nothing is lost.', [
      [{}, reasons.find(({ check }) => check === 'sample-ratio')?.value ?? null],
    ]),
  ];
}

function effectOf({ check, value, low, high }: Reason): Gauge['points'] {
  if (!check.startsWith('effect:')) return [];
  const variant = check.slice('effect:'.length);
  return [
    [{ variant, bound: 'value' }, value],
    [{ variant, bound: 'low' }, low ?? null],
    [{ variant, bound: 'high' }, high ?? null],
  ];
}

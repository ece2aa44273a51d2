// An experiment as it is being written down: what the form holds, and the declaration that it makes.

import type { ExperimentChoicesAnswer, MetricChoice } from '@flightdeck/admin-api';

export interface Draft {
  readonly name: string;
  readonly control: string;
  readonly treatment: string;
  /** Of the treatment, percent. */
  readonly share: number;
  readonly metric: string;
  readonly better: 'higher' | 'lower';
  /** The baseline of a share, the deviation of a mean. */
  readonly scale: number;
  readonly minimumEffect: number;
  readonly power: number;
  readonly method: 'sequential' | 'fixed';
  readonly minimumDays: number;
}

/** Its first metric is the one that says most of a model: how wrong its probabilities are. */
export function firstDraft({ targets, metrics }: ExperimentChoicesAnswer): Draft {
  const control = targets.find(({ target }) => target === 'champion') ?? targets[0];
  const treatment =
    targets.find(({ target }) => target === 'challenger') ??
    targets.find(({ version }) => version !== control?.version) ??
    control;
  const metric = metrics.find(({ name }) => name === 'logLoss') ?? metrics[0]!;
  return {
    ...{ name: '', control: control?.target ?? '', treatment: treatment?.target ?? '', share: 50 },
    ...{ power: 0.8, method: 'sequential', minimumDays: 7 },
    ...forMetric(metric),
  };
}

/** A metric brings its direction, and by what has been seen its scale and an effect that is a tenth of it. */
export function forMetric({ name, kind, seen }: MetricChoice) {
  const scale = rounded((kind === 'mean' ? seen?.deviation : seen?.mean) || (kind === 'mean' ? 1 : 0.2));
  return {
    ...{ metric: name, scale, minimumEffect: rounded(scale / 10) },
    better: name === 'score' ? ('higher' as const) : ('lower' as const),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** What the API takes. */
export function declarationOf(draft: Draft, metrics: readonly MetricChoice[]) {
  const { kind = 'mean' } = metrics.find(({ name }) => name === draft.metric) ?? {};
  const { name, control, treatment, share, metric, better, scale } = draft;
  const { minimumEffect, power, method, minimumDays } = draft;
  return {
    name: name.trim() || 'unnamed',
    variants: [
      { name: 'control', target: control, weight: 100 - share },
      { name: 'treatment', target: treatment, weight: share },
    ],
    metric: { kind, name: metric, better, ...(kind === 'mean' ? { deviation: scale } : { baseline: scale }) },
    ...{ minimumEffect, power, method, minimumDays },
  };
}

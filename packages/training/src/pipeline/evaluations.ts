// Everything that can be compared, evaluated on the same test rows with the same resamples, and the gate's opinion of it.

import { evaluate } from '../evaluation.ts';
import type { Evaluation } from '../evaluation-schema.ts';
import { gate } from '../gate.ts';
import type { GateReason, GateResult } from '../gate-policy.ts';
import type { ModelDefinition } from '../model-definition.ts';
import { sliceRows } from '../slices.ts';
import type { Champion } from './champion.ts';
import type { TrainingData } from './data.ts';

/** By name: `network`, the baselines, and `champion` where there is one that can be scored. */
export type Evaluations = Readonly<Record<string, Evaluation>>;

/** 200 resamples put the ends of a 95 % interval within a few hundredths of its width. */
const resamples = 200;

export function evaluateAll(
  model: ModelDefinition,
  { train, test }: Pick<TrainingData, 'train' | 'test'>,
  scores: Readonly<Record<string, Float32Array>>,
  champion: Champion | null,
  threshold: number,
  seed: number,
): Evaluations {
  const slices = sliceRows(model.slices, test, train);
  const blocks = test.times.map((minutes) => Math.floor(minutes / 1440));
  const all = champion?.scores instanceof Float32Array ? { ...scores, champion: champion.scores } : scores;
  return Object.fromEntries(
    Object.entries(all).map(([name, scores]) => [
      name,
      evaluate({ scores, labels: test.labels, blocks, slices, threshold, resamples, seed }),
    ]),
  );
}

export interface Verdict {
  readonly verdict: GateResult['verdict'];
  /** Sentences, with number, threshold, interval and sample size. */
  readonly reasons: readonly string[];
}

/** A champion that could not be scored leaves the question open: a person has to decide. */
export function judge(model: ModelDefinition, evaluations: Evaluations, champion: Champion | null): Verdict {
  const { network, champion: champions, ...baselines } = evaluations;
  const result = gate({ candidate: network!, champion: champions ?? null, baselines, policy: model.gate });
  const reasons = readableReasons(result);
  if (champions && champions.metrics.rocAuc.high < 0.5) {
    return { verdict: 'fail', reasons: [...reasons, worseThanChance(champions)] };
  }
  if (champion === null || champions) return { verdict: result.verdict, reasons };
  const { problem } = champion.scores as { problem: string };
  return {
    verdict: result.verdict === 'pass' ? 'inconclusive' : result.verdict,
    reasons: [
      ...reasons,
      `Champion v${champion.version.version} could not be scored on the same rows: ${problem}`,
    ],
  };
}

/** A world does not turn round, but a label does: whoever learnt from such rows would beat the champion on them with ease. */
function worseThanChance({ metrics, rows }: Evaluation): string {
  const { value, low, high } = metrics.rocAuc;
  return (
    `The champion ranks these ${rows} rows worse than chance, ROC-AUC ${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]: ` +
    'nothing is learnt from them until somebody has looked at their labels.'
  );
}

/** With a champion there is a check per slice and metric, dozens of them: those that passed are counted, not listed. */
export function readableReasons({ reasons }: GateResult): string[] {
  const isQuiet = ({ check, verdict }: GateReason) => check.startsWith('slice:') && verdict === 'pass';
  const quiet = reasons.filter(isQuiet).length;
  const told = reasons.filter((reason) => !isQuiet(reason)).map(({ message }) => message);
  return quiet === 0 ? told : [...told, `${quiet} checks on slices passed.`];
}

// What an experiment's latest numbers mean for it: whether it is over, whether there is news, and what to say.

import type { Experiment, ExperimentVerdict } from '@flightdeck/rollout';
import type { RunningExperiment } from './experiment-record.ts';

/** A fixed horizon is looked at once, when everything that it needs is there; a sequence ends when it knows, or at its planned size. */
export function isOver(
  { method }: Experiment,
  { verdict, reasons, plan }: ExperimentVerdict,
  units: number,
): boolean {
  const hasCompared = reasons.some(({ check }) => check.startsWith('effect:'));
  return hasCompared && (method === 'fixed' || verdict !== 'inconclusive' || units >= plan.total);
}

/** Numbers change with every prediction; a record of each would be none. */
export function isNews(before: ExperimentVerdict | null, { reasons }: ExperimentVerdict): boolean {
  const verdicts = (all: ExperimentVerdict['reasons']) =>
    all.map(({ check, verdict }) => `${check} ${verdict}`);
  return before === null || String(verdicts(before.reasons)) !== String(verdicts(reasons));
}

export function conclusionOf({ verdict, winner, reasons }: ExperimentVerdict): string {
  const effects = reasons.filter(({ check }) => check.startsWith('effect:')).map(({ message }) => message);
  const result = { pass: `${winner} is better.`, fail: 'No variant is better.', inconclusive: 'Undecided.' }[
    verdict
  ];
  return `${result} ${effects.join(' ')}`;
}

/** Units that came in another ratio than declared: no number of it means anything. */
export function mismatchIn(result: ExperimentVerdict | null): string | undefined {
  return result?.reasons.find(
    ({ check, verdict, value }) => check === 'sample-ratio' && verdict !== 'pass' && value !== null,
  )?.message;
}

export function evidenceOf({ procedure, experiment, versions, result }: RunningExperiment) {
  const verdict = result && { verdict: result.verdict, winner: result.winner, reasons: [...result.reasons] };
  return { experiment: experiment.name, endpoint: procedure.endpoint, versions, result: verdict };
}

// The second half of the demo: the loop, played in a kit of its own, and what came of it in numbers.

import { bundleFiles, type ModelVersion } from '@flightdeck/registry';
import type { ModelDefinition } from '@flightdeck/training';
import type { CliContext } from '../../context.ts';
import { take } from '../../progress.ts';
import type { LoopEvent, LoopSummary } from '../loop-schema.ts';
import { openLoopKit } from './loop-kit.ts';
import { type MaturedAnswers, readMatured } from './matured-quality.ts';
import { planOf, policyOf } from './plan.ts';
import { iso, type Played, play } from './play.ts';
import { qualityBetween, qualityByDay } from './quality.ts';
import { storyOf } from './story.ts';

export interface LoopOptions {
  readonly model: ModelDefinition;
  /** What the demo has trained on, and what a retraining may train on. */
  readonly rows: number;
  readonly signal: AbortSignal;
}

export async function playLoop(
  context: CliContext,
  { model, rows, signal }: LoopOptions,
): Promise<LoopSummary> {
  const { terminal, clock } = context;
  const startedAt = clock();
  const plan = planOf(model.split.end, rows);
  const kit = await take(terminal, {
    title: 'Starting a kit for the loop',
    run: async () =>
      openLoopKit(context, { model: model.name, policy: await policyOf(model.name, rows, plan), signal }),
    done: ({ env }) => `A kit for the loop is up, with a copy of the champion, in ${env.home}`,
  });
  try {
    const { registry } = kit;
    const frozen = await registry.versions.resolve(model.name, 'champion');
    const onnx = await (await registry.versions.open(frozen)).read(bundleFiles.model);
    const played = await play({ context, kit, model: model.name, plan, signal });
    const timeline = await storyOf({ registry, model: model.name, played, startedAt });
    const answers = await take(terminal, {
      title: 'Asking the frozen version for the same rows',
      run: () => readMatured(kit.env.home, { model: model.name, version: frozen.version, onnx }),
      done: ({ served }) =>
        `Compared ${served.length.toLocaleString('en-US')} answers whose labels are known with those of the frozen version`,
    });
    const { predictions, events } = played.replayed;
    return {
      home: kit.env.home,
      replay: { from: iso(plan.from), to: iso(played.until), share: plan.share, predictions, events },
      trigger: played.trigger,
      versions: versionsOf(frozen.version, played, timeline),
      promised: promiseOf(frozen),
      jobFailure: played.jobFailure,
      timeline: [...timeline],
      quality: qualityOf(answers, played, timeline),
      days: qualityByDay(answers),
      rollback: rollbackOf(answers, played, timeline),
      seconds: (clock() - startedAt) / 1000,
    };
  } finally {
    await kit.close();
  }
}

function promiseOf({ metrics }: ModelVersion): LoopSummary['promised'] {
  const { rocAuc, logLoss, ece } = metrics;
  return { rocAuc: rocAuc!, logLoss: logLoss!, ece: ece! };
}

function versionsOf(
  frozen: number,
  { candidate, bad }: Played,
  timeline: readonly LoopEvent[],
): LoopSummary['versions'] {
  return {
    frozen,
    candidate,
    promoted: find(timeline, 'promote', candidate) !== undefined,
    bad: bad.version,
  };
}

function qualityOf(
  answers: MaturedAnswers,
  { candidate, bad, until }: Played,
  timeline: readonly LoopEvent[],
): LoopSummary['quality'] {
  const began = find(timeline, 'start-rollout', candidate);
  const promoted = find(timeline, 'promote', candidate);
  const before = qualityBetween(answers, 0, began ? Date.parse(began.at) : bad.at * 60_000);
  const end = until * 60_000;
  return {
    before: { ...before!, from: new Date(answers.times.reduce((a, b) => Math.min(a, b))).toISOString() },
    after: promoted ? qualityBetween(answers, Date.parse(promoted.at), end) : null,
    maxAbsDiff: answers.maxAbsDiff,
  };
}

/** The bad model's, if the controller took it back. */
function rollbackOf(
  answers: MaturedAnswers,
  { bad }: Played,
  timeline: readonly LoopEvent[],
): LoopSummary['rollback'] {
  const began = find(timeline, 'start-rollout', bad.version);
  const back = find(timeline, 'roll-back', bad.version);
  if (!began || !back) return null;
  const answered = answers.days.filter(({ version }) => version === bad.version).map((day) => day.answered);
  return {
    afterMinutes: (Date.parse(back.at) - Date.parse(began.at)) / 60_000,
    afterSeconds: back.seconds! - began.seconds!,
    answered: answered.reduce((sum, one) => sum + one, 0),
    why: back.text,
    reasons: back.reasons,
  };
}

function find(
  timeline: readonly LoopEvent[],
  kind: LoopEvent['kind'],
  version: number | null,
): LoopEvent | undefined {
  return timeline.find((event) => event.kind === kind && event.version === version);
}

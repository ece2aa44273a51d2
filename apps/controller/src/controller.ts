// Puts the parts of the controller together over a registry, a queue and a state directory. Nothing runs yet.

import type { Clock } from '@flightdeck/core';
import type { RetrainingQueue } from '@flightdeck/queue';
import type { Registry } from '@flightdeck/registry';
import type { RolloutDecision } from '@flightdeck/rollout';
import type { AppDeps } from './app.ts';
import { decisionLog } from './decision-log.ts';
import { exclusive } from './exclusive.ts';
import { experiments } from './experiments/experiments.ts';
import { changeFeed } from './http/change-feed.ts';
import { type LogPlace, logLooks } from './live-log.ts';
import { controllerMetrics } from './metrics/metrics.ts';
import { promotions } from './models/promotion.ts';
import { logTallies } from './overview/log-tally.ts';
import { overviews } from './overview/overview.ts';
import { readPolicy } from './policy.ts';
import { predictions } from './predictions/predictions.ts';
import { reportsMade } from './reports/reports-made.ts';
import { versionReferences } from './reports/version-references.ts';
import { alertStore } from './retrainings/alerts.ts';
import { retrainings } from './retrainings/retrainings.ts';
import { rollouts } from './rollouts/rollouts.ts';
import { runTick, type Tick } from './tick.ts';
import type { LoopState } from './tick-loop.ts';

export interface ControllerOptions extends LogPlace {
  readonly registry: Registry;
  readonly queue: RetrainingQueue;
  /** Of this machine; what is decided goes by event time. */
  readonly clock: Clock;
  readonly loop: () => LoopState;
}

export interface Controller {
  tick(): Promise<Tick>;
  /** What the HTTP API is made of. */
  readonly api: Omit<AppDeps, 'keys' | 'logger' | 'serving'>;
}

export function controller({ registry, queue, clock, loop, ...place }: ControllerOptions): Controller {
  const times = new Map<string, number>();
  const timeOf = (model: string) => times.get(model) ?? null;
  const policyOf = (model: string) => readPolicy(place.home, model);
  const decisions = decisionLog(registry);
  const looks = new Map<string, RolloutDecision>();
  const desk = { registry, decisions, exclusively: exclusive(), policyOf, timeOf, looks };
  const made = reportsMade(registry);
  const alerts = alertStore(registry, decisions);
  const parts = {
    experiments: experiments(desk),
    retrainings: retrainings({ registry, decisions, queue, alerts, reports: made, policyOf, timeOf }),
  };
  const changes = changeFeed(registry);
  const tallies = logTallies({ ...place, clock, onCounted: changes.announce });
  const renderMetrics = controllerMetrics({
    ...{ registry, queue, decisions, times, loop, clock },
    experiments: parts.experiments,
    reports: made.latest,
  });
  const references = versionReferences(registry);
  const logs = logLooks(place);
  return {
    tick: () => runTick({ ...desk, ...place, ...parts, made, references, logs, times, clock }),
    api: {
      ...{ registry, queue, decisions, alerts, policyOf, times, timeOf, place, loop, renderMetrics },
      ...{ changes, made, looks },
      overview: overviews({ registry, queue, made, tallies }),
      ...parts,
      rollouts: rollouts(desk),
      predictions: predictions({ ...desk, ...place, clock }),
      promotions: promotions(desk),
    },
  };
}

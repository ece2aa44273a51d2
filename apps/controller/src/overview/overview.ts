// The loop at a glance: of one model what is served, logged, reported, trained and decided. Nothing here reads the prediction log or a
// version's files anew, because every open page asks for it every few seconds.

import type { ModelOverview, OverviewAnswer, TrainersOverview } from '@flightdeck/admin-api';
import { FlightdeckError } from '@flightdeck/core';
import type { RetrainingQueue } from '@flightdeck/queue';
import type { ModelSummary, Registry } from '@flightdeck/registry';
import { findEndpoint } from '../endpoint-of.ts';
import { headOfEndpoint } from '../endpoints/endpoint-head.ts';
import { latestReports, type ReportsMade } from '../reports/reports-made.ts';
import { championReader } from './champion-overview.ts';
import type { LogTallies } from './log-tally.ts';
import { summariesAt } from './report-summary.ts';
import { timelineOf } from './timeline.ts';

export interface OverviewDesk {
  readonly registry: Registry;
  readonly queue: RetrainingQueue;
  readonly made: ReportsMade;
  readonly tallies: LogTallies;
}

/** MODEL_NOT_FOUND where the one that is asked for has no version. */
export function overviews(desk: OverviewDesk): (asked: string | undefined) => Promise<OverviewAnswer> {
  const { registry, queue, tallies, made } = desk;
  const championOf = championReader(registry);

  async function modelOverview({ name, versions, aliases }: ModelSummary): Promise<ModelOverview> {
    const found = await findEndpoint(registry, name);
    return {
      ...{ name, versions, challenger: aliases.challenger ?? null },
      champion: await championOf(name),
      endpoint: found ? await headOfEndpoint(registry, found) : null,
      log: tallies.of(name),
      reports: found ? summariesAt(found.name, await latestReports(registry, made, found.name)) : [],
    };
  }

  return async (asked) => {
    const models = await registry.models.list();
    const summary = asked === undefined ? firstOf(models) : models.find(({ name }) => name === asked);
    if (asked !== undefined && !summary) throw modelNotFound(asked, models);
    const [model, trainers, timeline] = await Promise.all([
      summary ? modelOverview(summary) : null,
      trainersOverview(queue),
      timelineOf(registry, summary?.name ?? null),
    ]);
    return { models: models.map(({ name }) => name), model, trainers, timeline };
  };
}

function firstOf(models: readonly ModelSummary[]): ModelSummary | undefined {
  return models.find(({ aliases }) => aliases.champion !== undefined) ?? models[0];
}

/** The rest of the loop goes on where the broker does not answer. */
async function trainersOverview(queue: RetrainingQueue): Promise<TrainersOverview | null> {
  try {
    const [{ paused, jobs: byQueue }, jobs] = await Promise.all([queue.counts(), queue.underWay()]);
    const { active = 0, waiting = 0, delayed = 0, failed = 0 } = byQueue.training ?? {};
    return { paused, active, waiting: waiting + delayed, failed, jobs };
  } catch (error) {
    if (error instanceof FlightdeckError && error.code === 'BROKER_UNREACHABLE') return null;
    throw error;
  }
}

function modelNotFound(asked: string, models: readonly ModelSummary[]): FlightdeckError {
  const have = models.length === 0 ? 'none yet' : models.map(({ name }) => name).join(', ');
  return new FlightdeckError('MODEL_NOT_FOUND', `No model is called ${asked}. The registry has ${have}.`);
}

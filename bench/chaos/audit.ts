// After the kills: what was acknowledged against what is there, and whether everything that was begun has come to its end.

import { join } from 'node:path';
import { tryLock } from '@flightdeck/core';
import { openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords } from '@flightdeck/monitoring';
import { openRetrainingQueue } from '@flightdeck/queue';
import type { Registry } from '@flightdeck/registry';
import type { Acknowledged } from './traffic.ts';

/** What serving promises: rows that were answered so long before a SIGKILL are in the log. It flushes each second. */
export const lossWindowMs = 2_000;

export interface PredictionAudit {
  readonly acknowledged: number;
  readonly logged: number;
  /** Gone, and answered within the loss window before serving was killed: what is promised to be the most. */
  readonly lostWithinWindow: number;
  /** Gone although they were older. Must be 0. */
  readonly lost: number;
  /** How long before the kill the oldest of them was answered; null where none is gone. */
  readonly oldestLostMs: number | null;
  readonly duplicate: number;
}

export interface LabelAudit {
  readonly acknowledged: number;
  readonly missing: number;
  readonly wrong: number;
}

export async function auditLog(
  home: string,
  model: string,
  predictions: ReadonlyMap<string, Acknowledged>,
  servingKills: readonly number[],
): Promise<{ predictions: PredictionAudit; labels: LabelAudit }> {
  const database = await openDatabase();
  const records = await openPredictionRecords(database, { home, model });
  try {
    const logged = await database.rows('select prediction_id as id from predictions');
    const labels = await database.rows('select prediction_id as id, label from labels');
    return {
      predictions: auditPredictions(
        new Set(logged.map(({ id }) => String(id))),
        logged.length,
        predictions,
        servingKills,
      ),
      labels: auditLabels(new Map(labels.map(({ id, label }) => [String(id), Number(label)])), predictions),
    };
  } finally {
    records.close();
    await database.close();
  }
}

function auditPredictions(
  found: ReadonlySet<string>,
  rows: number,
  predictions: ReadonlyMap<string, Acknowledged>,
  kills: readonly number[],
): PredictionAudit {
  const gone = [...predictions].filter(([id]) => !found.has(id));
  // An answer of before the kill may have been read after it.
  const ageOf = ({ askedAt, at }: Acknowledged) =>
    Math.min(...kills.filter((kill) => askedAt <= kill).map((kill) => Math.max(0, kill - at)));
  const ages = gone.map(([, one]) => ageOf(one));
  const within = ages.filter((age) => age <= lossWindowMs).length;
  return {
    acknowledged: predictions.size,
    logged: predictions.size - gone.length,
    lostWithinWindow: within,
    lost: gone.length - within,
    oldestLostMs: ages.length === 0 ? null : Math.round(Math.max(...ages)),
    duplicate: rows - found.size,
  };
}

function auditLabels(
  stored: ReadonlyMap<string, number>,
  predictions: ReadonlyMap<string, Acknowledged>,
): LabelAudit {
  const acknowledged = [...predictions].filter(([, { labelled }]) => labelled);
  return {
    acknowledged: acknowledged.length,
    missing: acknowledged.filter(([id]) => !stored.has(id)).length,
    wrong: acknowledged.filter(([id, { label }]) => stored.has(id) && stored.get(id) !== label).length,
  };
}

export interface FlowAudit {
  readonly states: Readonly<Record<string, number>>;
  /** Not at their end: must be none. */
  readonly unfinished: readonly string[];
  /** Why some failed, by code. */
  readonly failures: Readonly<Record<string, number>>;
}

export async function auditFlows(brokerUrl: string): Promise<FlowAudit> {
  const queue = await openRetrainingQueue(brokerUrl);
  try {
    const all = await queue.list();
    const ended = ['completed', 'failed', 'cancelled'];
    return {
      states: countBy(all.map(({ state }) => state)),
      unfinished: all.filter(({ state }) => !ended.includes(state)).map(({ id, state }) => `${id}: ${state}`),
      failures: countBy(all.flatMap(({ failure }) => (failure ? [failure.code] : []))),
    };
  } finally {
    await queue.close();
  }
}

export interface RegistryAudit {
  readonly versions: number;
  /** Runs with more than one version: must be none. */
  readonly duplicateRuns: readonly string[];
  /** Runs that are still going: must be none. */
  readonly unfinishedRuns: readonly string[];
  readonly rollouts: Readonly<Record<string, number>>;
  /** The endpoint as rollouts leave it: the champion alone. */
  readonly isChampionAlone: boolean;
}

export async function auditRegistry(registry: Registry, model: string): Promise<RegistryAudit> {
  const versions = await registry.versions.list(model);
  const perRun = countBy(versions.map(({ runId }) => runId));
  const runs = await registry.runs.list({ model });
  const { traffic, shadows } = await registry.endpoints.get(model);
  return {
    versions: versions.length,
    duplicateRuns: Object.keys(perRun).filter((run) => perRun[run]! > 1),
    unfinishedRuns: runs.filter(({ status }) => status === 'running').map(({ id }) => id),
    rollouts: countBy((await registry.rollouts.list({ endpoint: model })).map(({ status }) => status)),
    isChampionAlone: traffic.length === 1 && traffic[0]!.target === 'champion' && shadows.length === 0,
  };
}

/** Locks that somebody still holds although everybody has ended. */
export function heldLocks(home: string): string[] {
  return ['controller.lock', 'broker/owner.lock', 'broker/starting.lock'].filter((name) => {
    const lock = tryLock(join(home, name));
    lock?.release();
    return lock === null;
  });
}

function countBy(values: readonly string[]): Record<string, number> {
  const groups = Object.entries(Object.groupBy(values, (value) => value));
  return Object.fromEntries(groups.map(([value, all]) => [value, all!.length]));
}

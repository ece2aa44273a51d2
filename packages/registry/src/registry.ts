// The registry: the place where training leaves what it made, and where serving, monitoring and people find it.

import { type Clock, systemClock } from '@flightdeck/core';
import { type Aliases, aliasStore } from './aliases.ts';
import { openArtifacts } from './artifacts.ts';
import { type Bundle, exportBundle, openBundle, verifyBundle } from './bundles.ts';
import { engineAt, openDatabase } from './database.ts';
import { type Decisions, decisionStore } from './decisions.ts';
import { type Endpoints, endpointStore } from './endpoints.ts';
import type { RegistryWatch } from './engine.ts';
import { collectGarbage, type Garbage, type GarbageOptions } from './garbage.ts';
import type { RegistryLocation } from './location.ts';
import { listModels, type ModelSummary } from './models.ts';
import { type Procedures, procedureStore } from './procedures.ts';
import { type Registration, registerVersion } from './registration.ts';
import { type Reports, reportStore } from './reports.ts';
import { resolveVersion } from './resolution.ts';
import { type Runs, runStore } from './runs.ts';
import {
  listVersions,
  livingVersion,
  type ModelVersion,
  type RunVersion,
  type VersionPage,
  versionsOfRuns,
} from './versions.ts';

export interface Versions {
  register(registration: Registration): Promise<ModelVersion>;
  get(model: string, version: number): Promise<ModelVersion>;
  /** Newest first, deleted ones included; all of them, or a page. */
  list(model: string, page?: VersionPage): Promise<readonly ModelVersion[]>;
  /** What came of these runs, oldest first. */
  ofRuns(runIds: readonly string[]): Promise<readonly RunVersion[]>;
  /** By `champion` or another alias, `3`, `v3`, or `latest`. */
  resolve(model: string, reference: string): Promise<ModelVersion>;
  open(version: ModelVersion): Promise<Bundle>;
  verify(version: ModelVersion): Promise<void>;
  export(version: ModelVersion, folder: string): Promise<void>;
}

export interface Registry {
  readonly runs: Runs;
  readonly versions: Versions;
  readonly models: { list(): Promise<readonly ModelSummary[]> };
  readonly aliases: Aliases;
  readonly endpoints: Endpoints;
  readonly decisions: Decisions;
  readonly reports: Reports;
  readonly rollouts: Procedures;
  readonly experiments: Procedures;
  collectGarbage(options: GarbageOptions): Promise<Garbage>;
  /**
   * Calls `onChange` soon after somebody, anywhere, has changed what serving follows; it may call without need, and where the system
   * between cannot tell, it is late. So poll beside it.
   */
  watch(onChange: () => void): RegistryWatch;
  close(): Promise<void>;
}

/**
 * Opens the registry at its location, and makes what is missing there. Any number of processes may have it open. Whatever is in the
 * way is a FlightdeckError: STATE_NOT_WRITABLE, DISK_FULL, DATABASE_URL_INVALID, ARTIFACTS_URL_INVALID, or REGISTRY_CORRUPT,
 * _NEWER, _BUSY, _UNREACHABLE, _DENIED or _MISSING.
 */
export async function openRegistry(options: RegistryLocation & { clock?: Clock }): Promise<Registry> {
  const clock = options.clock ?? systemClock;
  const artifacts = await openArtifacts(options, clock);
  const engine = await engineAt(options);
  const db = await openDatabase(engine);
  return {
    runs: runStore(db, clock),
    versions: {
      register: (registration) => registerVersion(db, artifacts, clock, registration),
      get: (model, version) => livingVersion(db, model, version),
      list: (model, page) => listVersions(db, model, page),
      ofRuns: (runIds) => versionsOfRuns(db, runIds),
      resolve: (model, reference) => resolveVersion(db, model, reference),
      open: (version) => openBundle(artifacts, version),
      verify: (version) => verifyBundle(artifacts, version),
      export: (version, folder) => exportBundle(artifacts, version, folder),
    },
    models: { list: () => listModels(db) },
    aliases: aliasStore(db, clock),
    endpoints: endpointStore(db, clock),
    decisions: decisionStore(db, clock),
    reports: reportStore(db, clock),
    rollouts: procedureStore(db, clock, 'rollouts'),
    experiments: procedureStore(db, clock, 'experiments'),
    collectGarbage: (garbage) => collectGarbage(db, artifacts, clock, garbage),
    watch: engine.watch,
    close: () => db.destroy(),
  };
}

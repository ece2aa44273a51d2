// The registry's tables as Kysely sees them. Portable on purpose: ids, JSON and times (ISO 8601, UTC) are text.

import type { Generated, Kysely } from 'kysely';

export interface Tables {
  readonly runs: RunsTable;
  readonly run_metrics: RunMetricsTable;
  readonly versions: VersionsTable;
  readonly alias_transitions: AliasTransitionsTable;
  readonly endpoints: EndpointsTable;
  readonly decisions: DecisionsTable;
  readonly reports: ReportsTable;
  readonly rollouts: ProceduresTable;
  readonly experiments: ProceduresTable;
  readonly blob_guard: BlobGuardTable;
  /** Kysely's own record of what was migrated. */
  readonly kysely_migration: { readonly name: Generated<string>; readonly timestamp: Generated<string> };
}

/** A connection or a transaction: queries are written once for both. */
export type Database = Kysely<Tables>;

interface RunsTable {
  id: string;
  model: string;
  status: string;
  attempt: number;
  parameters: string;
  lineage: string;
  metrics: string;
  error: string | null;
  started_at: string;
  finished_at: string | null;
}

/** One point of a series; the latest value of a step counts. */
interface RunMetricsTable {
  run_id: string;
  name: string;
  step: number;
  value: number;
}

/** A row is there only when every blob of its bundle is. `files` is the manifest, so that lists need no artifact store. */
interface VersionsTable {
  model: string;
  version: number;
  digest: string;
  run_id: string;
  metrics: string;
  gate: string;
  files: string;
  bytes: number;
  created_by: string;
  created_at: string;
  deleted_at: string | null;
}

/** Append-only. An alias points where its latest transition says; there is no second place that could disagree. */
interface AliasTransitionsTable {
  id: number;
  model: string;
  alias: string;
  from_version: number | null;
  to_version: number;
  /** For a rollback: the earlier transition whose version is in force again. */
  restores: number | null;
  at: string;
  actor: string;
  reason: string;
  evidence: string | null;
}

interface EndpointsTable {
  name: string;
  model: string;
  traffic: string;
  shadows: string;
  salt: string;
  updated_at: string;
}

/** Append-only: what was decided, why, by whom. */
interface DecisionsTable {
  id: number;
  model: string;
  kind: string;
  at: string;
  actor: string;
  reason: string;
  evidence: string | null;
}

/** One row, which whoever relies on blobs and whoever deletes them writes: so they take turns. */
interface BlobGuardTable {
  id: number;
  turn: number;
}

/** A window of an endpoint's version; a report that is made again, when more labels are known, takes the place of the first. */
interface ReportsTable {
  endpoint: string;
  model: string;
  version: number;
  window_from: string;
  window_until: string;
  verdict: string;
  made_at: string;
  content: string;
}

/** What goes on for days in steps, and is written by compare-and-set: `revision` counts the writes. */
interface ProceduresTable {
  id: string;
  endpoint: string;
  status: string;
  revision: number;
  content: string;
  created_at: string;
  updated_at: string;
}

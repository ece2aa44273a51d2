// What a dataset declares: where it comes from and under which licence, the shape of its files, the SQL that turns them into
// clean rows, and what must hold of those rows. One folder below datasets/ holds one of these.

import { hashOf } from '@flightdeck/core';
import type { Expectation } from './expectations.ts';

export interface SourceFile {
  /** Where the file is on this machine; not part of the dataset's identity. */
  readonly path: string;
  readonly format: 'parquet' | 'csv';
  /** SHA-256 of the file; another content is refused. */
  readonly sha256: string;
  /** Column name to DuckDB type, in the file's own order. */
  readonly columns: Readonly<Record<string, string>>;
}

export interface DatasetDefinition {
  readonly name: string;
  readonly licence: string;
  /** Who made the data and where they can be had: one sentence, with a link. */
  readonly citation: string;
  /** Each file can be queried in `rows` as a table of its key; a Parquet file has `file_row_number` as well. */
  readonly files: Readonly<Record<string, SourceFile>>;
  /**
   * A SELECT over the files that gives the clean rows. It must have the columns `id` (INTEGER, unique, in file order), `time`
   * (INTEGER, whole minutes since 1970 UTC: when the row happens, and is predicted) and `known_at` (the same unit: when its label
   * becomes known); a row whose time cannot be told has NULL, and an expectation that catches it.
   */
  readonly rows: string;
  readonly expectations: readonly Expectation[];
  /** Share of rows that may be quarantined before ingestion stops, in [0, 1]. */
  readonly maximumQuarantinedShare: number;
}

/** The identity of what was read: source bytes, cleaning and expectations. Any change of these is another dataset version. */
export function datasetVersion(definition: DatasetDefinition): string {
  const files = Object.fromEntries(
    Object.entries(definition.files).map(([name, file]) => [name, file.sha256]),
  );
  return hashOf({
    name: definition.name,
    files,
    rows: definition.rows,
    expectations: definition.expectations,
  });
}

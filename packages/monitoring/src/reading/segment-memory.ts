// Remembers what questions about a model's prediction log were answered, a segment at a time. A finished segment never changes, so whoever
// asks again and again pays for what has been written since, and not for the whole log.

import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Database, literal, openDatabase } from '@flightdeck/dataset';
import { predictionTable } from '../log/prediction-tables.ts';
import { listSegments, type Segment } from '../records/segments.ts';
import { openSnapshot } from './record-snapshot.ts';

type Rows = Awaited<ReturnType<Database['rows']>>;

export interface SegmentMemoryOptions {
  /** The state directory. */
  readonly home: string;
  readonly model: string;
  readonly memoryLimit: string;
}

/**
 * `questions`: by name, SQL over the view `predictions`, which has the columns that every segment has, and `segment`; answers must have
 * that column too, and say of a segment what follows from its rows alone. Returns a function that answers them for everything that has
 * been flushed so far, in rows of all segments.
 */
export function segmentMemory<Name extends string>(
  { home, model, memoryLimit }: SegmentMemoryOptions,
  questions: Readonly<Record<Name, string>>,
): () => Promise<Readonly<Record<Name, Rows>>> {
  const folder = join(home, 'predictions', model);
  const names = Object.keys(questions) as Name[];
  let known = new Map<string, Readonly<Record<Name, Rows>>>();

  async function ask(segments: ReadonlySet<string>): Promise<ReadonlyMap<string, Record<Name, Rows>>> {
    const answers = new Map([...segments].map((stem) => [stem, emptyAnswers(names)]));
    const database = await openDatabase({ memoryLimit });
    try {
      await withSegments(database, { folder, model, segments }, async () => {
        for (const name of names)
          for (const { segment, ...row } of await database.rows(questions[name]))
            answers.get(String(segment))?.[name].push(row);
      });
    } finally {
      await database.close();
    }
    return answers;
  }

  return async () => {
    const present = new Map(segmentsIn(folder).map((segment) => [stateOf(segment), basename(segment.stem)]));
    const fresh = new Map([...present].filter(([state]) => !known.has(state)));
    const answers = fresh.size === 0 ? new Map() : await ask(new Set(fresh.values()));
    known = new Map([...present].map(([state, stem]) => [state, known.get(state) ?? answers.get(stem)!]));
    const all = [...known.values()];
    return Object.fromEntries(names.map((name) => [name, all.flatMap((one) => one[name])])) as Record<
      Name,
      Rows
    >;
  };
}

function emptyAnswers<Name extends string>(names: readonly Name[]): Record<Name, Rows> {
  return Object.fromEntries(names.map((name) => [name, [] as Rows])) as unknown as Record<Name, Rows>;
}

/** One that is both open and finished, for a moment, is finished. */
function segmentsIn(folder: string): readonly Segment[] {
  const own = listSegments(folder).filter(({ kind }) => kind === 'predictions');
  const finished = new Set(own.flatMap(({ stem, isParquet }) => (isParquet ? stem : [])));
  return own.filter(({ stem, isParquet }) => isParquet || !finished.has(stem));
}

/** Names all that a segment's rows depend on: an open one only ever grows. */
function stateOf({ stem, path, isParquet }: Segment): string {
  return isParquet ? stem : `${stem} ${statSync(path, { throwIfNoEntry: false })?.size ?? 0}`;
}

interface Chosen {
  readonly folder: string;
  readonly model: string;
  readonly segments: ReadonlySet<string>;
}

/** Makes the view `predictions` of these segments for as long as `work` takes. */
async function withSegments(
  database: Database,
  { folder, model, segments }: Chosen,
  work: () => Promise<void>,
): Promise<void> {
  const layout = { endpoint: '', model, version: null, variant: '', columns: [] };
  const snapshot = openSnapshot(folder, [predictionTable('', layout)], ({ stem }) =>
    segments.has(basename(stem)),
  );
  try {
    const files = snapshot.files('predictions').map(literal).join(', ');
    await database.run(`create view predictions as
      select token, request, "row", event_time::bigint as event_time, "at"::bigint as "at", endpoint, version::integer as version, variant,
        request_id, failure, parse_filename(filename, true) as segment
      from read_parquet([${files}], union_by_name = true, filename = true)`);
    await work();
  } finally {
    snapshot.close();
  }
}

// The snapshot stage: history plus matured production rows become one file of rows that cannot change any more. Every trial of a
// retraining, and its conclusion, read the same bytes.

import { boundsOf, type Database, identifier, openDatabase, type PartBounds } from '@flightdeck/dataset';
import { buildFeatureTable, featureVersion } from '@flightdeck/features';
import type { ModelDefinition } from '../../model-definition.ts';
import type { Snapshot, SnapshotRequest } from '../../retraining.ts';
import { completeUntil, freshParts, withinWindow } from '../fresh-parts.ts';
import { type History, labelDelay, openHistory } from '../history.ts';
import { chooseRows, requireBothClasses } from '../parts.ts';
import { digestProduction, openProduction, productionIds } from '../production-rows.ts';
import { startStages, type TrainingContext } from '../stages.ts';
import { type SnapshotManifest, storeSnapshot } from './snapshot-files.ts';

/** Takes the snapshot. Same request and same files, same digest. */
export async function takeSnapshot(
  model: ModelDefinition,
  request: SnapshotRequest,
  context: TrainingContext,
): Promise<Snapshot> {
  const stages = startStages(context, { ingest: 0.3, features: 0.7 });
  const database = await openDatabase();
  try {
    const history = await stages.run('ingest', `Reading ${model.dataset.name}`, () =>
      openHistory(database, model.dataset, context),
    );
    const { path, digest, manifest } = await stages.run('features', 'Building features', () =>
      storeSnapshot(context.home, model.name, (rows) => writeRows(database, model, history, request, rows)),
    );
    const { parts, rows, testedOn, notes } = manifest;
    const { ingest = 0, features = 0 } = stages.seconds;
    const [train, , test] = parts;
    const bounds = { from: train!.from, testFrom: test!.from, until: test!.until };
    return { path, digest, rows, ...bounds, testedOn, notes, seconds: { ingest, features } };
  } finally {
    await database.close();
  }
}

async function writeRows(
  database: Database,
  model: ModelDefinition,
  history: History,
  request: SnapshotRequest,
  path: string,
): Promise<Omit<SnapshotManifest, 'rowsSha256'>> {
  const plan = await planParts(database, model, history, request);
  await chooseRows(database, 'known', plan.parts, request);
  await buildFeatureTable(database, model.features, {
    from: history.table,
    where: `id in (select id from chosen where id < ${productionIds})`,
    keep: [],
    into: 'features',
  });
  const columns = Object.keys(model.features.features).map(identifier).join(', ');
  await database.run(`create or replace table snapshot as
    select id, part, 'history' as source, time, label, ${columns} from features join chosen using (id)
    ${request.production === null ? '' : `union all select id, part, 'production', time, label, ${columns} from production join chosen using (id)`}`);
  await database.writeParquet('select * from snapshot order by id', path);
  return {
    model: model.name,
    datasetVersion: history.version,
    featureVersion: featureVersion(model.features),
    production: request.production === null ? null : await digestProduction(request.production),
    source: { read: history.read, quarantined: history.quarantined },
    parts: [...plan.parts],
    rows: await countParts(database),
    testedOn: plan.testedOn,
    notes: [...plan.notes],
  };
}

interface Plan {
  readonly parts: readonly PartBounds[];
  readonly testedOn: Snapshot['testedOn'];
  readonly notes: readonly string[];
}

/** Makes the table `known` (id, time, known_at) of all rows that may be chosen, and decides where the parts begin and end. */
async function planParts(
  database: Database,
  model: ModelDefinition,
  history: History,
  { production, days }: SnapshotRequest,
): Promise<Plan> {
  const declared = boundsOf(model.split);
  const end = declared.at(-1)!.until;
  await database.run(
    `create or replace table known as select id, time, known_at from ${history.table} where time < ${end}`,
  );
  const fromHistory = { parts: withinWindow(declared, days), testedOn: 'history' } as const;
  if (production === null) {
    return { ...fromHistory, notes: ["No production rows: tested on the model's own test period."] };
  }
  const delay = await labelDelay(database, history, end);
  const { newest } = await openProduction(database, model.features, production, delay);
  const until = newest === null ? end : completeUntil(newest, delay);
  const { rows: minimum, days: testDays } = model.gate.minimum;
  const fresh = freshParts(declared[0]!.from, until, testDays);
  // History has what lies before its own end, so a production row from there would be there twice.
  const usable = `time >= ${end} and time < ${until}`;
  const found = await countFresh(database, `${usable} and time >= ${fresh.at(-1)!.from}`);
  if (found.rows < minimum || found.days < testDays) {
    const note =
      `Only ${found.rows} production rows on ${found.days} whole days have matured, of the ${minimum} on ${testDays} that a fresh ` +
      "test needs: tested on the model's own test period, and production rows are left out.";
    return { ...fromHistory, notes: [note] };
  }
  await database.run(`insert into known select id, time, known_at from production where ${usable}`);
  const parts = withinWindow(fresh, days);
  return { parts, testedOn: 'production', notes: [freshNote(parts.at(-1)!, found.rows, delay)] };
}

async function countFresh(database: Database, where: string): Promise<{ rows: number; days: number }> {
  const [found] = await database.rows(
    `select count(*)::integer as rows, count(distinct time // 1440)::integer as days from production where ${where}`,
  );
  return { rows: Number(found!.rows), days: Number(found!.days) };
}

function freshNote({ from, until }: PartBounds, rows: number, delay: number): string {
  return (
    `Tested on ${rows} matured production rows, ${dateOf(from)} to ${dateOf(until - 1)}. Younger ones are left out: a label takes up to ` +
    `${Math.ceil(delay / 60)} h, and the first to come in are no fair sample.`
  );
}

function dateOf(minutes: number): string {
  return new Date(minutes * 60_000).toISOString().slice(0, 10);
}

async function countParts(database: Database): Promise<SnapshotManifest['rows']> {
  const counted = await database.rows(
    'select part, count(*)::integer as rows, sum(label)::integer as positives from snapshot group by part',
  );
  const rowsOf = (part: 'train' | 'validation' | 'test') => {
    const found = counted.find((row) => row.part === part);
    requireBothClasses(part, Number(found?.rows ?? 0), Number(found?.positives ?? 0));
    return Number(found!.rows);
  };
  return { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test') };
}

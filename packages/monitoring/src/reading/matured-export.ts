// Matured predictions as training rows: what serving knew when it answered, and what it turned out to be.

import { type Database, identifier } from '@flightdeck/dataset';
import { featureColumn, type LogLayout } from '../log/prediction-tables.ts';

/**
 * Writes the rows of the view `matured` as a Parquet file of the shape that features have in training: `id`, `time` (whole minutes since
 * 1970 UTC), the features by their names (numbers FLOAT, strings VARCHAR; NULL where a row's version had none) and `label`; ids are in
 * order of time. `openPredictionRecords` comes first, and its bounds hold.
 */
export async function exportMatured(
  database: Database,
  path: string,
  { features }: { readonly features: LogLayout['columns'] },
): Promise<void> {
  const described = await database.rows('describe matured');
  const logged = new Set(described.map(({ column_name }) => column_name));
  const columns = features.map(({ name, type }) => {
    const value = logged.has(featureColumn(name)) ? identifier(featureColumn(name)) : 'null';
    return `${value}::${type === 'number' ? 'float' : 'varchar'} as ${identifier(name)}`;
  });
  await database.writeParquet(
    `select row_number() over (order by event_time, prediction_id)::integer as id, (event_time // 60000)::integer as time,
      ${[...columns, 'label'].join(', ')} from matured`,
    path,
  );
}

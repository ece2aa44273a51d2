// The rows of a recalibration: matured production rows, the later ones held out.

import { FlightdeckError } from '@flightdeck/core';
import { boundsOf, openDatabase } from '@flightdeck/dataset';
import { type FeatureColumns, readFeatureColumns } from '../../feature-columns.ts';
import type { ModelDefinition } from '../../model-definition.ts';
import type { RecalibrationRequest } from '../../retraining.ts';
import { completeUntil } from '../fresh-parts.ts';
import { labelDelay, openHistory } from '../history.ts';
import { openProduction } from '../production-rows.ts';
import type { TrainingContext } from '../stages.ts';
import type { Base } from './base.ts';

const day = 1440;

export interface RecalibrationRows {
  readonly fit: FeatureColumns;
  readonly test: FeatureColumns;
  /** Where the fit begins, where the test begins, where it ends; minutes since 1970 UTC. */
  readonly from: number;
  readonly testFrom: number;
  readonly until: number;
}

/** TOO_FEW_ROWS where there is nothing to fit on, or nothing to judge by. */
export async function readRecalibrationRows(
  { dataset, split }: ModelDefinition,
  { features }: Base,
  { production, fitDays, heldOutDays }: RecalibrationRequest,
  context: TrainingContext,
): Promise<RecalibrationRows> {
  const database = await openDatabase();
  try {
    const history = await openHistory(database, dataset, context);
    const delay = await labelDelay(database, history, boundsOf(split).at(-1)!.until);
    const { newest } = await openProduction(database, features, production, delay);
    const until = newest === null ? 0 : completeUntil(newest, delay);
    const testFrom = until - heldOutDays * day;
    const from = testFrom - fitDays * day;
    const read = (where: string) => readFeatureColumns(database, features, 'production', where);
    const rows = {
      fit: await read(`time >= ${from} and known_at < ${testFrom}`),
      test: await read(`time >= ${testFrom} and time < ${until}`),
    };
    if (rows.fit.rows > 0 && rows.test.rows > 0) return { ...rows, from, testFrom, until };
    throw new FlightdeckError(
      'TOO_FEW_ROWS',
      `${production} has ${rows.fit.rows} matured rows to fit a calibration on and ${rows.test.rows} in the ${heldOutDays} whole ` +
        'days after them to judge it by. Wait for more labels.',
    );
  } finally {
    await database.close();
  }
}

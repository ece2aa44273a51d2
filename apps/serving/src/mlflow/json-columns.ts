// The JSON of MLflow's scoring protocol: a table (dataframe_split, dataframe_records) or tensors (instances, inputs).

import { FlightdeckError } from '@flightdeck/core';
import type { TensorInfo } from '@flightdeck/onnx';
import { z } from 'zod';
import { assertKnown, type Columns, headerOf, invalid, noRows } from './columns.ts';

const formats = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const;

// The schema is the envelope. Lists are looked into further down: a schema would collect a problem for each of a million items.
const list = z.array(z.unknown(), 'must be a list');

export const scoringBody = z
  .strictObject(
    {
      dataframe_split: z
        .strictObject(
          {
            columns: list,
            data: list.describe('Rows: lists with one value per column.'),
            index: list.optional().describe('Names of rows; has no effect.'),
          },
          { error: 'must be an object of columns, data and perhaps index' },
        )
        .optional(),
      dataframe_records: list.optional().describe('Rows: objects. A name that a row lacks is missing there.'),
      instances: z.unknown().optional().describe('Rows: objects with one value or list per input.'),
      inputs: z
        .unknown()
        .optional()
        .describe('An object with one list per input; a list if there is one input.'),
      params: z
        .record(z.string(), z.unknown(), 'must be an object')
        .nullish()
        .describe('Models take none here.'),
    },
    { error: `must be a JSON object of one of ${formats.join(', ')}, and perhaps params` },
  )
  .refine((body) => formats.filter((format) => format in body).length === 1, {
    error: `must hold exactly one of ${formats.join(', ')}`,
  })
  .meta({ oneOf: formats.map((format) => ({ required: [format] })) });

type ScoringBody = z.infer<typeof scoringBody>;

/** Throws INVALID_BODY, UNKNOWN_FIELD, INPUT_INVALID or NO_INSTANCES. */
export function jsonColumns(body: ScoringBody, inputs: readonly TensorInfo[]): Columns {
  const known = inputs.map(({ name }) => name);
  refuseParams(body.params ?? {});
  if (body.dataframe_split) return splitColumns(body.dataframe_split, known);
  if (body.dataframe_records) return recordColumns(body.dataframe_records, known, { fill: true });
  return tensorColumns(body.instances ?? body.inputs, known);
}

/** MLflow ignores params that a model does not declare; here no model declares any. */
function refuseParams(params: Readonly<Record<string, unknown>>): void {
  for (const name in params)
    throw new FlightdeckError(
      'UNKNOWN_FIELD',
      `The model takes no params, so none called ${JSON.stringify(name.slice(0, 40))}. Leave params out.`,
    );
}

function splitColumns(split: NonNullable<ScoringBody['dataframe_split']>, known: readonly string[]): Columns {
  const { columns, data, index = data } = split;
  const header = headerOf(columns, known);
  if (index.length !== data.length)
    throw invalid(`dataframe_split has an index of ${index.length} for ${data.length} rows.`);
  for (const [row, values] of data.entries()) {
    if (!Array.isArray(values) || values.length !== header.length)
      throw invalid(`Row ${row} of dataframe_split must be a list of ${header.length}, one per column.`);
  }
  return new Map(header.map((name, column) => [name, data.map((row) => (row as unknown[])[column])]));
}

/** `fill`: what one row lacks and another has is missing there, as in a data frame. Else it is refused. */
function recordColumns(
  records: readonly unknown[],
  known: readonly string[],
  { fill }: { readonly fill: boolean },
): Columns {
  if (records.length === 0) throw noRows();
  const names = new Set<string>();
  for (const [row, record] of records.entries()) {
    if (!isRecord(record)) throw invalid(`Row ${row} must be an object, as are all rows of this format.`);
    for (const name of Object.keys(record)) {
      assertKnown(name, known);
      names.add(name);
    }
  }
  const valueAt = (record: unknown, row: number, name: string) => {
    if (isRecord(record) && Object.hasOwn(record, name)) return record[name];
    if (fill) return null;
    throw new FlightdeckError(
      'INPUT_INVALID',
      `Row ${row} lacks ${JSON.stringify(name)}, which others have.`,
    );
  };
  return new Map([...names].map((name) => [name, records.map((record, row) => valueAt(record, row, name))]));
}

/** MLflow tells instances from inputs by how rows are laid out; the layout shows in the value itself. */
function tensorColumns(value: unknown, known: readonly string[]): Columns {
  if (Array.isArray(value)) {
    if (value.length === 0) throw noRows();
    if (isRecord(value[0])) return recordColumns(value, known, { fill: false });
    if (known.length === 1) return new Map([[known[0]!, value]]);
    throw new FlightdeckError(
      'INPUT_INVALID',
      `A list without names is for models with one input, and this one takes ${known.join(', ')}. Send objects.`,
    );
  }
  if (!isRecord(value)) throw invalid('instances and inputs must be a list or an object.');
  if (!Object.values(value).some(Array.isArray)) return recordColumns([value], known, { fill: false });
  for (const name of Object.keys(value)) assertKnown(name, known);
  return new Map(Object.entries(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

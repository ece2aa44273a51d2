// A CSV table as a model's columns. The model's types say what a cell is: "NA" is an airport in a column of strings and a
// missing value in a column of numbers, where MLflow (through pandas) takes it for missing in both.

import { FlightdeckError } from '@flightdeck/core';
import type { TensorInfo, TensorType } from '@flightdeck/onnx';
import { type Columns, headerOf } from './columns.ts';
import type { CsvTable } from './csv-table.ts';

/** Throws UNKNOWN_FIELD, INVALID_BODY or INPUT_INVALID, which names line and column. */
export function csvColumns({ header, rows }: CsvTable, inputs: readonly TensorInfo[]): Columns {
  // Pandas' to_csv() writes its index first, under no name. As in dataframe_split, it names rows and has no effect.
  const skipped = header[0] === '' ? 1 : 0;
  const known = inputs.map(({ name }) => name);
  return new Map(
    headerOf(header.slice(skipped), known).map((name, column) => {
      const input = inputs.find((candidate) => candidate.name === name)!;
      assertOneValueARow(input);
      const values = rows.map(({ cells, line }) => {
        const text = cells[column + skipped]!;
        const value = cellValue(text, input.type);
        if (value === undefined) throw wrongCell(line, input, text);
        return value;
      });
      return [name, values];
    }),
  );
}

/** What Python, R and databases write for a missing number. */
const missing = /^(|nan|na|n\/a|null|none)$/i;
// No two ways to match the same digits, so that a long run of them takes no longer than it is long.
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** As JSON would say it; undefined for what is no value of the type. */
function cellValue(text: string, type: TensorType): string | number | boolean | null | undefined {
  if (type === 'string') return text;
  const word = text.trim();
  if (missing.test(word)) return null;
  if (type !== 'bool') return decimal.test(word) ? Number(word) : undefined;
  return /^(true|false)$/i.test(word) ? word.toLowerCase() === 'true' : undefined;
}

function assertOneValueARow({ name, shape }: TensorInfo): void {
  if (shape.slice(1).every((size) => size === 1 || typeof size === 'string')) return;
  throw new FlightdeckError(
    'INPUT_INVALID',
    `Input "${name}" takes rows of shape [${shape.slice(1).join(', ')}], and a cell of CSV holds one value. Send JSON.`,
  );
}

function wrongCell(line: number, { name, type }: TensorInfo, text: string): FlightdeckError {
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  const expected = type === 'bool' ? 'true or false' : 'a number';
  return new FlightdeckError(
    'INPUT_INVALID',
    `Line ${line}, column ${name}: expected ${expected}, got ${shown}.`,
  );
}

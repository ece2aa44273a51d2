// CSV from bytes to rows of text, whatever model they are for. RFC 4180, and what pandas' to_csv() writes: a header line, any
// line ends, blank lines skipped.

import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { FlightdeckError } from '@flightdeck/core';
import { CsvError, parse } from 'csv-parse';

export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
}

interface CsvRow {
  /** As many as in the header. */
  readonly cells: readonly string[];
  /** The line it ends on, from 1. */
  readonly line: number;
}

/** More than a row of features takes. An opening quote that is never closed is noticed after this much. */
const maxRecordBytes = 64 * 1024;

/** What is parsed at a stretch; then others have their turn. */
const sliceBytes = 16 * 1024;

/** MALFORMED_CSV names the line. TOO_MANY_INSTANCES comes as soon as there is a row too many. */
export async function readCsv(bytes: Buffer, maxRows: number): Promise<CsvTable> {
  if (!isUtf8(bytes)) throw malformedCsv('is not valid UTF-8. Encode its text as UTF-8');
  const parser = Readable.from(slices(bytes)).pipe(
    parse({
      bom: true,
      info: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      max_record_size: maxRecordBytes,
    }),
  );
  const lines: CsvRow[] = [];
  try {
    for await (const { record, info } of parser) {
      lines.push({ cells: record, line: info.lines });
      if (lines.length > maxRows + 1) throw tooManyRows(maxRows);
    }
  } catch (error) {
    throw error instanceof CsvError ? malformedCsv(`cannot be read. ${error.message.slice(0, 200)}`) : error;
  }
  const [header, ...rows] = lines;
  if (!header) throw malformedCsv('is empty. Its first line must name the columns');
  return { header: header.cells, rows };
}

async function* slices(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    yield bytes.subarray(at, at + sliceBytes);
    await setImmediate();
  }
}

function malformedCsv(problem: string): FlightdeckError {
  return new FlightdeckError('MALFORMED_CSV', `The CSV ${problem}.`);
}

function tooManyRows(most: number): FlightdeckError {
  return new FlightdeckError(
    'TOO_MANY_INSTANCES',
    `The CSV has more rows than the limit of ${most} in one request. ` +
      'Send them in several (SERVING_MAX_INSTANCES sets the limit).',
  );
}

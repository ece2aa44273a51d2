// Rows on their way to the writing thread, column by column in memory that is used again and again. Strings become places in a
// dictionary at once, so that what crosses to the thread is one piece of memory and each string once.

import { arrayFor, isNumber, type NumberArray, type Table } from './table.ts';

/** Rows of one table, as they cross to the writing thread and, with a checksum, to the disk. */
export interface Block {
  readonly rows: number;
  /** The columns whose values are in `bytes`, one after the other. Of others all values are 0. */
  readonly columns: readonly string[];
  readonly bytes: Uint8Array;
  /** What the values of a string column are places of; place 0 is the empty string. */
  readonly dictionaries: Readonly<Record<string, Texts>>;
}

/** Strings in one: it crosses to another thread, and into JSON and out of it, many times faster than they do one by one. */
export interface Texts {
  readonly joined: string;
  readonly lengths: readonly number[];
}

export function textsOf({ joined, lengths }: Texts): string[] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return joined.slice(end - length, end);
  });
}

export interface RowBuffer {
  readonly table: Table;
  /** Values by column. Those of strings and of lists are all 0 where nobody has written. */
  readonly values: Readonly<Record<string, NumberArray>>;
  readonly dictionaries: Readonly<Record<string, Dictionary>>;
  /** Columns of lists that somebody has written to. */
  readonly touched: Set<string>;
  rows: number;
  /** Copies what was written, and empties the buffer. */
  take(): Block;
}

export interface Dictionary {
  /** The place of a string, which is added where it is new. The empty string, which is missing, has place 0. */
  placeOf(text: string): number;
  /** The same for a string that is hardly ever there already. */
  add(text: string): number;
  readonly size: () => number;
  take(): Texts;
}

export const bufferRows = 2_048;

export function rowBuffer(table: Table): RowBuffer {
  const values: Record<string, NumberArray> = {};
  const dictionaries: Record<string, Dictionary> = {};
  for (const { name, type } of table.columns) {
    values[name] = arrayFor(type, bufferRows);
    if (type === 'string') dictionaries[name] = dictionary();
  }
  const touched = new Set<string>();

  const buffer: RowBuffer = {
    table,
    values,
    dictionaries,
    touched,
    rows: 0,
    take() {
      const { rows } = buffer;
      for (const name in dictionaries) if (dictionaries[name]!.size() > 1) touched.add(name);
      const columns = table.columns
        .filter(({ name, type }) => isNumber(type) || touched.has(name))
        .map(({ name }) => name);
      const bytes = gather(
        columns.map((name) => values[name]!),
        rows,
      );
      const texts: Record<string, Texts> = {};
      for (const name of touched) {
        values[name]!.fill(0);
        if (dictionaries[name]) texts[name] = dictionaries[name].take();
      }
      touched.clear();
      buffer.rows = 0;
      return { rows, columns, bytes, dictionaries: texts };
    },
  };
  return buffer;
}

function dictionary(): Dictionary {
  const places = new Map([['', 0]]);
  let texts = [''];
  // What is no string must not make the whole segment unreadable.
  const add = (text: string) => (typeof text === 'string' ? texts.push(text) - 1 : 0);
  return {
    placeOf(text) {
      const known = places.get(text);
      if (known !== undefined) return known;
      const place = add(text);
      places.set(text, place);
      return place;
    },
    add,
    size: () => texts.length,
    take() {
      const taken = { joined: texts.join(''), lengths: texts.map(({ length }) => length) };
      texts = [''];
      places.clear();
      places.set('', 0);
      return taken;
    },
  };
}

function gather(columns: readonly NumberArray[], rows: number): Uint8Array {
  const parts = columns.map((values) => new Uint8Array(values.buffer, 0, rows * values.BYTES_PER_ELEMENT));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

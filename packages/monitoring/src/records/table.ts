// What a kind of record consists of: columns that differ from row to row, and constants that a segment stores once.

/**
 * A list of names stands for one of them, stored as its place in the list. A number that is NaN and a string that is empty are
 * missing: NULL to whoever reads.
 */
export type ColumnType = 'float' | 'double' | 'int' | 'string' | readonly string[];

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export interface Table {
  /** The start of its segments' names, lower-case letters. */
  readonly kind: string;
  /** The folder of its segments, below the writer's. */
  readonly model: string;
  readonly columns: readonly Column[];
  readonly constants: Readonly<Record<string, string | number | null>>;
}

export function isNumber(type: ColumnType): boolean {
  return type === 'float' || type === 'double' || type === 'int';
}

export type NumberArray = Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array;

/** What holds `length` values of a column in memory; those of a string column are places in a dictionary. */
export function arrayFor(type: ColumnType, length: number): NumberArray {
  switch (type) {
    case 'float':
      return new Float32Array(length);
    case 'double':
      return new Float64Array(length);
    case 'int':
      return new Int32Array(length);
    case 'string':
      return new Uint16Array(length);
    default:
      return new Uint8Array(length);
  }
}

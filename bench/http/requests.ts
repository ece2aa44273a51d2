// Requests as bytes: what the benchmarks send, made once.

/** A whole HTTP/1.1 POST request. */
export function post(
  path: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array {
  const bytes = Buffer.from(body);
  const all = {
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join('')}\r\n`), bytes]);
}

export type Row = Readonly<Record<string, number | string | null>>;

interface Column {
  readonly name: string;
  readonly type: 'number' | 'string';
}

/** An Open Inference Protocol request in JSON: one tensor of shape [rows, 1] per column; null is NaN, or ''. */
export function inferJson(columns: readonly Column[], rows: readonly Row[]): string {
  const inputs = columns.map(({ name, type }) => ({
    name,
    shape: [rows.length, 1],
    datatype: type === 'number' ? 'FP32' : 'BYTES',
    data: rows.map((row) => row[name] ?? (type === 'number' ? null : '')),
  }));
  return JSON.stringify({ inputs });
}

/** The same with the binary tensor extension, for the input and the output: the body, and how long its JSON is. */
export function inferBinary(
  columns: readonly Column[],
  rows: readonly Row[],
  output: string,
): { body: Uint8Array; headers: Record<string, string> } {
  const tails = columns.map(({ name, type }) =>
    type === 'number'
      ? Buffer.from(Float32Array.from(rows, (row) => Number(row[name] ?? Number.NaN)).buffer)
      : Buffer.concat(rows.map((row) => bytesElement(String(row[name] ?? '')))),
  );
  const inputs = columns.map(({ name, type }, i) => ({
    name,
    shape: [rows.length, 1],
    datatype: type === 'number' ? 'FP32' : 'BYTES',
    parameters: { binary_data_size: tails[i]!.length },
  }));
  const outputs = [{ name: output, parameters: { binary_data: true } }];
  const head = Buffer.from(JSON.stringify({ inputs, outputs }));
  return {
    body: Buffer.concat([head, ...tails]),
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(head.length),
    },
  };
}

/** A string of the BYTES datatype: its length as a little-endian 32-bit number, then UTF-8. */
function bytesElement(text: string): Buffer {
  const utf8 = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(utf8.length);
  return Buffer.concat([length, utf8]);
}

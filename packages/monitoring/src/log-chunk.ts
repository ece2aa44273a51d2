// A chunk: some answers of one model version, column by column. This is what crosses from the thread that answers to the thread
// that writes, because columns of numbers can be handed over without being copied.

/** What the rows of one endpoint's version consist of. */
export interface LogLayout {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  /** The inputs with one value a row. */
  readonly columns: readonly { readonly name: string; readonly type: 'number' | 'string' }[];
}

export interface LogChunk {
  readonly layout: LogLayout;
  /** By input; `capacity` values each, the first `rows` of them filled. */
  readonly columns: Record<string, Float32Array | string[]>;
  readonly score: Float32Array;
  /** Milliseconds since 1970 UTC. */
  readonly at: Float64Array;
  readonly latencyMs: Float32Array;
  readonly requestId: string[];
  /** The row's place in its request: with the request id it names the prediction. */
  readonly index: Uint16Array;
  rows: number;
}

/** `layout` may be part of something larger; only what is declared of it goes to the other thread. */
export function emptyChunk(layout: LogLayout, capacity: number): LogChunk {
  return {
    layout,
    columns: Object.fromEntries(
      layout.columns.map(({ name, type }) => [
        name,
        type === 'number' ? new Float32Array(capacity) : new Array<string>(capacity),
      ]),
    ),
    score: new Float32Array(capacity),
    at: new Float64Array(capacity),
    latencyMs: new Float32Array(capacity),
    requestId: new Array<string>(capacity),
    index: new Uint16Array(capacity),
    rows: 0,
  };
}

/** The memory that can be handed over instead of copied. */
export function buffersOf({ columns, score, at, latencyMs, index }: LogChunk): ArrayBuffer[] {
  const numbers = Object.values(columns).filter((column) => column instanceof Float32Array);
  return [...numbers, score, at, latencyMs, index].map(({ buffer }) => buffer as ArrayBuffer);
}

/** One JSON object a line. NaN, which stands for a missing number, becomes null. */
export function linesOf({ layout, columns, score, at, latencyMs, requestId, index, rows }: LogChunk): string {
  const { endpoint, model, version } = layout;
  const head = JSON.stringify({ endpoint, model, version }).slice(0, -1);
  const named = layout.columns.map(({ name }) => [JSON.stringify(name), columns[name]!] as const);
  let lines = '';
  for (let row = 0; row < rows; row++) {
    const features = named.map(([name, values]) => `${name}:${JSON.stringify(values[row])}`).join(',');
    lines +=
      `${head},"request_id":${JSON.stringify(requestId[row])},"row":${index[row]},"at":${at[row]},` +
      `"latency_ms":${latencyMs[row]},"score":${JSON.stringify(score[row])},"features":{${features}}}\n`;
  }
  return lines;
}

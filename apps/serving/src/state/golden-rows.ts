// Golden rows: rows that were scored when the version was made, and must give the same probabilities in this process, on
// this processor, with this ONNX Runtime.

import { FlightdeckError } from '@flightdeck/core';
import type { Columns, OnnxModel } from '@flightdeck/onnx';
import type { GoldenRows, Signature } from '@flightdeck/registry';

type Input = Signature['inputs'][number];

/** Raw rows of the graph: null is a missing value, not a default. GOLDEN_ROW_FAILED names the first that differs. */
export async function assertGoldenRows(
  model: OnnxModel,
  signature: Signature,
  golden: GoldenRows,
): Promise<void> {
  const columns: Columns = Object.fromEntries(
    signature.inputs.map((input) => [input.name, columnOf(input, golden)]),
  );
  const scores = await model.run(columns, golden.rows.length);
  for (const [row, { probability }] of golden.rows.entries()) {
    // Written so that NaN fails.
    if (Math.abs(scores[row]! - probability) <= golden.tolerance) continue;
    throw new FlightdeckError(
      'GOLDEN_ROW_FAILED',
      `Golden row ${row} gives ${scores[row]} here and gave ${probability} when the version was made ` +
        `(tolerance ${golden.tolerance}). Export the model again, or check the version of ONNX Runtime.`,
    );
  }
}

function columnOf({ name, type }: Input, { rows }: GoldenRows): Float32Array | readonly string[] {
  const values = rows.map(({ input }) => input[name] ?? null);
  if (type === 'string') return values.map((value) => String(value ?? ''));
  return Float32Array.from(values, (value) => (value === null ? Number.NaN : Number(value)));
}

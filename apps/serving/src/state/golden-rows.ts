// Golden rows: rows that were scored when the version was made, and must give the same answers in this process, on this
// processor, with this ONNX Runtime.

import { FlightdeckError } from '@flightdeck/core';
import { type InferenceModel, type RowSource, tensorRows } from '@flightdeck/inference';
import { checkGoldenRows, goldenSamples } from '@flightdeck/model-import';
import type { TensorInfo, Tensors } from '@flightdeck/onnx';
import type {
  GoldenRows,
  ScoreGoldenRows,
  ScoreSignature,
  Signature,
  TensorGoldenRows,
} from '@flightdeck/registry';

/** How long golden rows may take, milliseconds: nobody waits for them, but a model that hangs must not hang the loader. */
const patienceMs = 60_000;

/** Golden rows as what the model takes, to warm it up with. */
export function goldenFeeds(signature: Signature, golden: GoldenRows): RowSource {
  if (signature.kind === 'score') return scoreRows(signature, golden as ScoreGoldenRows);
  return goldenSamples(signature, (golden as TensorGoldenRows).rows);
}

/** GOLDEN_ROW_FAILED names the first row that differs. */
export async function assertGoldenRows(
  model: InferenceModel,
  signature: Signature,
  golden: GoldenRows,
): Promise<void> {
  if (signature.kind === 'score') await assertScores(model, signature, golden as ScoreGoldenRows);
  else await checkGoldenRows(model, signature, golden as TensorGoldenRows);
}

async function assertScores(
  model: InferenceModel,
  signature: ScoreSignature,
  golden: ScoreGoldenRows,
): Promise<void> {
  const { name } = signature.output;
  const rows = scoreRows(signature, golden);
  const { outputs } = await model.infer({ rows, deadline: performance.now() + patienceMs });
  for (const [row, { probability }] of golden.rows.entries()) {
    const found = Number(outputs[name]?.data[row]);
    // Written so that NaN fails.
    if (!(Math.abs(found - probability) <= golden.tolerance))
      throw goldenRowFailed(row, found, probability, golden.tolerance);
  }
}

/** Null is a missing value here, not a default. */
function scoreRows({ inputs }: ScoreSignature, { rows }: ScoreGoldenRows): RowSource {
  const infos: TensorInfo[] = inputs.map(({ name, type }) => ({
    name,
    type: type === 'string' ? 'string' : 'float32',
    shape: ['rows', 1],
  }));
  const feeds: Tensors = Object.fromEntries(
    infos.map(({ name, type }) => {
      const values = rows.map(({ input }) => input[name] ?? null);
      const data =
        type === 'string'
          ? values.map((value) => String(value ?? ''))
          : Float32Array.from(values, (value) => (value === null ? Number.NaN : Number(value)));
      return [name, { type, dims: [rows.length, 1], data }];
    }),
  );
  return tensorRows(infos, feeds);
}

function goldenRowFailed(row: number, found: number, expected: number, tolerance: number): FlightdeckError {
  return new FlightdeckError(
    'GOLDEN_ROW_FAILED',
    `Golden row ${row} gives probability ${found} here and ${expected} when the version was made ` +
      `(tolerance ${tolerance}). Export the model again, or check the version of ONNX Runtime.`,
  );
}

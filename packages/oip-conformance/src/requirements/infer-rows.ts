// Whose row is whose: in a batch, and among requests that come at once.

import { requireOutputs, requireRead } from '../infer-answer.ts';
import {
  exampleRequest,
  inferJson,
  type Model,
  requireJsonExample,
  requireMetadata,
  requireRepeatable,
  requireSame,
} from '../model-under-test.ts';
import { skipped, unmet } from '../outcome.ts';
import { required } from '../requirement.ts';
import { differenceOf, type InputTensor, joinRows, type OutputTensor, rowsOf, shown } from '../tensor.ts';
import { texts } from '../texts.ts';

export const inferRows = [
  required<Model>(
    'infer.batch',
    texts.requestInput,
    'A batch gives each row the answer that it gets alone, in the order of the rows.',
    async (model) => {
      const { outputs } = requireJsonExample(model);
      const rows = requireRows(model);
      const alone: (readonly OutputTensor[])[] = [];
      for (const row of rows) alone.push(await askRow(model, row));
      if (
        outputs.some(({ shape }) => shape[0] !== rows.length) ||
        alone.flat().some(({ shape }) => shape[0] !== 1)
      )
        throw skipped('the first dimension of an output is not the batch');
      requireRepeatable(model);
      const difference = differenceOf(joinRows(alone), outputs);
      if (difference) {
        await requireIndependentRows(model, rows[0]!, rows.length, alone[0]!);
        throw unmet('each row as it is alone', difference);
      }
    },
  ),
  required<Model>(
    'infer.concurrent',
    texts.inferResponse,
    'Requests that come at once get each its own answer, with its own id.',
    async (model) => {
      const rows = rowsIn(model) ?? [requireJsonExample(model).inputs];
      const alone: (readonly OutputTensor[])[] = [];
      for (const row of rows) alone.push(await askRow(model, row));
      const calls = [...rows, ...rows, ...rows].map((row, i) => askAsCaller(model, row, `caller ${i}`));
      (await Promise.all(calls)).forEach(({ outputs, id }, i) => {
        // A server that gives no id back fails another requirement.
        if (typeof id === 'string' && id !== `caller ${i}`) throw unmet(`id "caller ${i}"`, shown(id));
        requireSame(model, outputs, alone[i % rows.length]!);
      });
    },
  ),
];

/** A model may mix the rows of what only looks like a batch. Then rows that are all alike get another answer than one alone. */
async function requireIndependentRows(
  model: Model,
  row: readonly InputTensor[],
  count: number,
  alone: readonly OutputTensor[],
): Promise<void> {
  const alike = row.map((input) => ({
    ...input,
    shape: [count, ...input.shape.slice(1)],
    data: Array.from({ length: count }, () => input.data).flat(),
  }));
  if (differenceOf(joinRows(Array.from({ length: count }, () => alone)), await askRow(model, alike)))
    throw skipped('rows influence one another: the first dimension is not a batch of independent rows');
}

function requireRows(model: Model) {
  const rows = rowsIn(model);
  if (!rows) throw skipped('the inputs have no batch dimension, or the example has one row');
  return rows;
}

/** The example's rows, where every input says that its first dimension is open, and there are several. */
function rowsIn(model: Model): readonly (readonly InputTensor[])[] | undefined {
  const { inputs } = requireJsonExample(model);
  if (requireMetadata(model).inputs.some(({ shape }) => shape[0] !== -1)) return undefined;
  const rows = rowsOf(inputs);
  return rows && rows.length > 1 ? rows : undefined;
}

async function askRow(model: Model, inputs: readonly InputTensor[]): Promise<readonly OutputTensor[]> {
  return requireOutputs(await inferJson(model, exampleRequest({ ...requireJsonExample(model), inputs })));
}

async function askAsCaller(model: Model, inputs: readonly InputTensor[], id: string) {
  const answer = await inferJson(model, exampleRequest({ ...requireJsonExample(model), inputs }, { id }));
  const { outputs, body } = requireRead(answer);
  return { outputs, id: body.id };
}

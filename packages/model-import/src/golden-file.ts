// Golden rows as people write them (rows.json): what goes in, and where it is known, what must come out.

import { FlightdeckError } from '@flightdeck/core';
import type { TensorSignature } from '@flightdeck/registry';
import { z } from 'zod';

/** Every server runs them at every load of the version, so they are a sample and no test set. */
const mostRows = 256;

const valuesSchema = z.record(z.string(), z.json());
const goldenFileSchema = z
  .array(z.strictObject({ inputs: valuesSchema, outputs: valuesSchema.default({}) }))
  .min(1, 'is empty: give at least one row')
  .max(mostRows, `has more than ${mostRows} rows: give a sample`);

/** A row that is asked for: `outputs` holds those answers that are known beforehand. */
export type WantedRow = z.infer<typeof goldenFileSchema>[number];

/** Reads the parsed content of a rows file. GOLDEN_FILE_INVALID names the row (from 0) and the field. */
export function readGoldenFile(content: unknown, signature: TensorSignature): readonly WantedRow[] {
  const parsed = goldenFileSchema.safeParse(content);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw goldenFileInvalid(path, message);
  }
  for (const [position, { inputs, outputs }] of parsed.data.entries()) {
    const lacking = signature.inputs.find(({ name }) => !Object.hasOwn(inputs, name));
    if (lacking) throw goldenFileInvalid([position, 'inputs'], `lacks "${lacking.name}"`);
    assertKnown([position, 'inputs'], inputs, signature.inputs);
    assertKnown([position, 'outputs'], outputs, signature.outputs);
  }
  return parsed.data;
}

function assertKnown(
  path: readonly PropertyKey[],
  values: object,
  tensors: readonly { readonly name: string }[],
): void {
  const names = tensors.map(({ name }) => name);
  const unknown = Object.keys(values).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw goldenFileInvalid(path, `names "${unknown}", and the model has ${names.join(', ')}`);
}

function goldenFileInvalid([row, ...fields]: readonly PropertyKey[], problem: string): FlightdeckError {
  const where = row === undefined ? 'the list' : ['row', row, ...fields].map(String).join(' ');
  return new FlightdeckError(
    'GOLDEN_FILE_INVALID',
    `The golden rows: ${where} ${problem}. Write a list of rows, each {"inputs": {NAME: value}} with a value for every input, and ` +
      '"outputs" in the same way where the answers are known.',
  );
}

// A trial's weights as a file beside the snapshot, named by its digest: what the conclusion picks up, on whichever machine it runs.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FlightdeckError, isSystemError, sha256, writeFileAtomic } from '@flightdeck/core';
import { z } from 'zod';
import type { NetworkWeights } from '../../network.ts';

/** The bytes of float32 numbers, little-endian as on every machine that the kit runs on, in base64. */
const numbers = z.codec(z.base64(), z.instanceof(Float32Array), {
  decode: (text) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer),
  encode: ({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
});

const weightsSchema = z.object({
  embeddings: z.array(numbers),
  layers: z.array(
    z.object({
      inputs: z.int(),
      outputs: z.int(),
      weights: numbers,
      bias: numbers,
      activation: z.enum(['relu', 'none']),
    }),
  ),
});

/** Stores the weights below the snapshot's folder, and returns their digest. */
export async function storeWeights(snapshot: string, weights: NetworkWeights): Promise<string> {
  const plain = { embeddings: [...weights.embeddings], layers: [...weights.layers] };
  const text = JSON.stringify(weightsSchema.encode(plain as z.output<typeof weightsSchema>));
  const digest = sha256(text);
  await writeFileAtomic(pathOf(snapshot, digest), text);
  return digest;
}

/** TRIAL_MISSING or TRIAL_DAMAGED. */
export async function loadWeights(snapshot: string, digest: string): Promise<NetworkWeights> {
  const path = pathOf(snapshot, digest);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) throw refusal('TRIAL_MISSING', `${path} is not there`);
    throw error;
  }
  if (sha256(text) !== digest) throw refusal('TRIAL_DAMAGED', `${path} is not what the trial wrote`);
  return weightsSchema.parse(JSON.parse(text));
}

function pathOf(snapshot: string, digest: string): string {
  return join(snapshot, 'trials', `${digest}.json`);
}

function refusal(code: string, why: string): FlightdeckError {
  return new FlightdeckError(
    code,
    `A trial's weights are gone: ${why}. Start the retraining again: its trials run anew.`,
  );
}

// MODEL_CARD.md of a model that was imported: what is known of it, which is what the file says and what was tried. Nothing that
// was measured is in it, because equal imports must give equal bundles.

import { sha256 } from '@flightdeck/core';
import type { TensorSignature } from '@flightdeck/registry';
import { hasRows } from './golden-rows.ts';

export interface ModelCard {
  readonly name: string;
  /** The file's name, without its folder. */
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly signature: TensorSignature;
  readonly skippedOutputs: readonly string[];
  /** What became of the golden rows, in a sentence or two. */
  readonly verified: string;
}

export function modelCard(card: ModelCard): string {
  const { name, source, bytes, signature, skippedOutputs, verified } = card;
  const skipped = skippedOutputs.map((output) => `- ${JSON.stringify(output)}: no tensor, and so left out`);
  return `# ${name}

Imported from ${JSON.stringify(source)}: ${bytes.length} bytes, SHA-256 \`${sha256(bytes)}\`.
No gate has judged it. What it was trained on, and how good it is, whoever exported it knows.

## Inputs

${listOf(signature.inputs)}

## Outputs

${[listOf(signature.outputs), ...skipped].join('\n')}

${hasRows(signature) ? 'The first dimension is the rows.' : 'It has no dimension for rows: a request is one run.'}

## What was verified

It opens in ONNX Runtime, and all of it is in one file. ${verified}
`;
}

/** "float32 [?, 3]": a size that is left open has its name, or a question mark. */
export function tensorText({ type, shape }: TensorSignature['inputs'][number]): string {
  return `${type} [${shape.map((size) => (size === '' ? '?' : size)).join(', ')}]`;
}

function listOf(tensors: TensorSignature['inputs']): string {
  return tensors.map((tensor) => `- ${JSON.stringify(tensor.name)}: ${tensorText(tensor)}`).join('\n');
}

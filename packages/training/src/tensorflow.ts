// TensorFlow.js with whichever backend this machine can load: the native binding where its library could be downloaded, else
// WebAssembly. Same code, same seed; a run records which it was, because the last digits differ.

import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

export { tf };

export interface Backend {
  readonly name: 'tensorflow' | 'wasm';
  readonly version: string;
}

let chosen: Promise<Backend> | undefined;

/** Chooses the backend once per process. */
export function loadBackend(): Promise<Backend> {
  chosen ??= loadNative().catch(loadWasm);
  return chosen;
}

async function loadNative(): Promise<Backend> {
  // tfjs-node 4.22 calls two functions of node:util that Node 23 removed; the fix is merged upstream but not released.
  const legacy = util as { isNullOrUndefined?: unknown; isArray?: unknown };
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  // An optional dependency: where its installer found no library, the package is not there to be resolved.
  const name = '@tensorflow/tfjs-node';
  await import(name);
  if (!(await tf.setBackend('tensorflow')))
    throw new Error('The native binding did not register its backend.');
  return { name: 'tensorflow', version: tf.version_core };
}

async function loadWasm(): Promise<Backend> {
  const files = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  setWasmPaths(`${files}/`);
  await tf.setBackend('wasm');
  return { name: 'wasm', version: tf.version_core };
}

// Golden rows for a model that comes without any: they mean nothing, but they show that it runs, and later whether it still
// runs alike.

import { elementCount } from '@flightdeck/onnx';
import type { Json, TensorSignature } from '@flightdeck/registry';
import { bareOrNested, hasRows, type Values } from './golden-rows.ts';

/** A row of zeros and empty strings, and one whose neighbours differ. A size that is left open is 1. */
export function madeRows(signature: TensorSignature): readonly Values[] {
  return [madeRow(signature, blank), madeRow(signature, varied)];
}

function madeRow(signature: TensorSignature, element: (type: string, at: number) => Json): Values {
  const rows = hasRows(signature);
  return Object.fromEntries(
    signature.inputs.map(({ name, type, shape }, input) => {
      const dims = (rows ? shape.slice(1) : shape).map((size) => (typeof size === 'number' ? size : 1));
      const elements = Array.from({ length: elementCount(dims) }, (_, at) => element(type, at + input));
      return [name, bareOrNested(elements, dims)];
    }),
  );
}

function blank(type: string): Json {
  if (type === 'string') return '';
  return type === 'bool' ? false : 0;
}

/** Eighths from 0 to 1.25, which the shortest floats hold exactly; 1 and 0 where only integers go. */
function varied(type: string, at: number): Json {
  if (type === 'string') return at % 2 === 0 ? 'a' : 'b';
  if (type === 'bool') return at % 2 === 0;
  return type.includes('float') ? ((at * 7 + 4) % 11) / 8 : (at + 1) % 2;
}

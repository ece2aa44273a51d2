// The schemas by which the echo server checks and writes what serving gets.

import type { Flagship } from './flagship.ts';

export function schemaOf(properties: object): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

export function rowSchema({ signature }: Flagship): object {
  const properties = Object.fromEntries(
    signature.inputs.map(({ name, type }) => [name, { type: [type, 'null'] }]),
  );
  return { type: 'object', properties, additionalProperties: false };
}

/** An Open Inference Protocol request in JSON. */
export const inferSchema = schemaOf({
  inputs: {
    type: 'array',
    items: schemaOf({
      name: { type: 'string' },
      shape: { type: 'array', items: { type: 'integer' } },
      datatype: { type: 'string' },
      data: { type: 'array', items: { type: ['number', 'string', 'null'] } },
    }),
  },
});

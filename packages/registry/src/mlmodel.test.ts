import { describe, expect, it } from 'vitest';
import { goldenRowsSchema, type Signature, signatureSchema } from './bundle-files.ts';
import { mlmodelText } from './mlmodel.ts';

const signature: Signature = {
  inputs: [
    { name: 'distance', type: 'number', description: 'miles', default: null, minimum: 0 },
    { name: 'origin', type: 'string', description: 'airport', default: null, categories: ['ATL'] },
  ],
  output: { name: 'probability', type: 'number', description: 'of a late arrival' },
  threshold: 0.3,
  positive: 'arrives late',
};

describe('MLmodel', () => {
  it('refuses a name that YAML or the registry would trip over', () => {
    expect(() => mlmodelText({ model: "a'b", signature })).toThrow(/"a'b" cannot name a model/);
  });

  it('is what MLflow reads: an onnx and a python_function flavor, and the signature as JSON within YAML', () => {
    expect(mlmodelText({ model: 'toy', signature })).toBe(`artifact_path: model
flavors:
  onnx:
    code: null
    data: model.onnx
    providers:
    - CPUExecutionProvider
  python_function:
    data: model.onnx
    loader_module: mlflow.onnx
metadata:
  model: 'toy'
signature:
  inputs: '[{"type":"double","name":"distance","required":true},{"type":"string","name":"origin","required":true}]'
  outputs: '[{"type":"float","name":"probability","required":true}]'
  params: null
`);
  });

  it('keeps any input name on one line of ASCII that reads back as the same JSON', () => {
    const names = ["it's", 'a "b"', 'line\nbreak', 'next\u0085line', '\u2028', 'é', '😀', "''"];
    const inputs = names.map((name) => ({ ...signature.inputs[0]!, name }));
    const text = mlmodelText({ model: 'toy', signature: { ...signature, inputs } });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    const quoted = /^ {2}inputs: '(.*)'$/m.exec(text)?.[1] ?? '';
    const read = JSON.parse(quoted.replaceAll("''", "'")) as { name: string }[];
    expect(read.map((input) => input.name)).toEqual(names);
  });
});

describe('the files that serving reads', () => {
  it('a signature has at least one input and a threshold that is a probability', () => {
    expect(signatureSchema.safeParse({ ...signature, inputs: [] }).success).toBe(false);
    expect(signatureSchema.safeParse({ ...signature, threshold: 1.5 }).success).toBe(false);
    expect(signatureSchema.parse(signature)).toEqual(signature);
  });

  it('golden rows have a tolerance and at least one row with a probability', () => {
    const row = { input: { distance: 1, origin: null }, probability: 0.5 };
    expect(goldenRowsSchema.safeParse({ tolerance: 1e-5, rows: [] }).success).toBe(false);
    expect(goldenRowsSchema.safeParse({ tolerance: 0, rows: [row] }).success).toBe(false);
    expect(goldenRowsSchema.safeParse({ tolerance: 1e-5, rows: [row] }).success).toBe(true);
  });
});

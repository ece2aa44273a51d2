import { describe, expect, it } from 'vitest';
import type { ScoreSignature, TensorSignature } from './bundle-files.ts';
import { mlmodelText } from './mlmodel.ts';

const signature: ScoreSignature = {
  kind: 'score',
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
  inputs: '[{"type":"tensor","tensor-spec":{"dtype":"float32","shape":[-1,1]},"name":"distance"},{"type":"tensor","tensor-spec":{"dtype":"str","shape":[-1,1]},"name":"origin"}]'
  outputs: '[{"type":"tensor","tensor-spec":{"dtype":"float32","shape":[-1,1]},"name":"probability"}]'
  params: null
`);
  });

  it('keeps any input name on one line of ASCII that reads back as the same JSON', () => {
    const names = ["it's", 'a "b"', 'line\nbreak', 'next\u0085line', '\u2028', 'é', '😀', "''"];
    const inputs = names.map((name) => ({ ...signature.inputs[0]!, name }));
    const text = mlmodelText({ model: 'toy', signature: { ...signature, inputs } });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    const read = signatureLine(text, 'inputs') as { name: string }[];
    expect(read.map((input) => input.name)).toEqual(names);
  });

  it('describes an imported model by its tensors, with -1 for a size that differs from call to call', () => {
    const tensors: TensorSignature = {
      kind: 'tensors',
      inputs: [
        { name: 'age', type: 'float32', shape: ['', 1] },
        { name: "it's", type: 'string', shape: ['batch', 2, 'length'] },
        { name: 'once', type: 'int64', shape: [] },
      ],
      outputs: [
        { name: 'wide', type: 'float64', shape: [1, 3] },
        { name: 'short', type: 'bfloat16', shape: ['batch'] },
      ],
    };
    const text = mlmodelText({ model: 'toy', signature: tensors });
    // NumPy's names, which are MLflow's: it calls strings str, and has no bfloat16.
    expect(signatureLine(text, 'inputs')).toEqual([
      { type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 1] }, name: 'age' },
      { type: 'tensor', 'tensor-spec': { dtype: 'str', shape: [-1, 2, -1] }, name: "it's" },
      { type: 'tensor', 'tensor-spec': { dtype: 'int64', shape: [] }, name: 'once' },
    ]);
    expect(signatureLine(text, 'outputs')).toEqual([
      { type: 'tensor', 'tensor-spec': { dtype: 'float64', shape: [1, 3] }, name: 'wide' },
      { type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1] }, name: 'short' },
    ]);
  });
});

/** The JSON that MLmodel holds under this key, as a single-quoted YAML scalar. */
function signatureLine(text: string, key: string): unknown {
  const quoted = new RegExp(`^ {2}${key}: '(.*)'$`, 'm').exec(text)?.[1] ?? '';
  return JSON.parse(quoted.replaceAll("''", "'"));
}

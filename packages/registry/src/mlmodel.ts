// MLflow's `MLmodel` file: with it at the top of a bundle, MLflow loads the folder (`mlflow.pyfunc.load_model`) as it is.
// Format: mlflow.org, "MLflow Models", storage format. It is part of the digest, so equal inputs give equal text: no time,
// no random model_uuid, and nothing of the machine that wrote it.

import { bundleFiles, type ScoreSignature, type Signature, type TensorSignature } from './bundle-files.ts';
import { checkModelName } from './names.ts';

/** The text of `MLmodel` for a bundle with `model.onnx` beside it. MODEL_NAME_INVALID for a name the registry would refuse. */
export function mlmodelText({ model, signature }: { model: string; signature: Signature }): string {
  checkModelName(model);
  const { inputs, outputs } = signature.kind === 'score' ? scoreSpecs(signature) : tensorSpecs(signature);
  return `${[
    'artifact_path: model',
    'flavors:',
    '  onnx:',
    '    code: null',
    `    data: ${bundleFiles.model}`,
    '    providers:',
    '    - CPUExecutionProvider',
    '  python_function:',
    `    data: ${bundleFiles.model}`,
    '    loader_module: mlflow.onnx',
    'metadata:',
    `  model: '${model}'`,
    'signature:',
    `  inputs: ${quotedJson(inputs)}`,
    `  outputs: ${quotedJson(outputs)}`,
    '  params: null',
  ].join('\n')}\n`;
}

/**
 * Also a score model's columns are declared as tensors of one value a row, which is what the graph takes. Declared as columns, MLflow's
 * ONNX flavor would hand them over without that dimension, and the runtime refuses them.
 */
function scoreSpecs(signature: ScoreSignature) {
  const column = (name: string, type: string) => tensorSpec({ name, type, shape: ['rows', 1] });
  return {
    inputs: signature.inputs.map(({ name, type }) => column(name, type === 'number' ? 'float32' : 'string')),
    outputs: [column(signature.output.name, 'float32')],
  };
}

function tensorSpecs({ inputs, outputs }: TensorSignature) {
  return { inputs: inputs.map(tensorSpec), outputs: outputs.map(tensorSpec) };
}

/** A size that differs from call to call is -1 there; NumPy calls strings `str` and 16-bit brain floats nothing at all. */
function tensorSpec({ name, type, shape }: TensorSignature['inputs'][number]) {
  const dtype = type === 'string' ? 'str' : type === 'bfloat16' ? 'float32' : type;
  const sizes = shape.map((size) => (typeof size === 'number' ? size : -1));
  return { type: 'tensor', 'tensor-spec': { dtype, shape: sizes }, name };
}

/** JSON as a single-quoted YAML scalar, as MLflow writes it. Pure ASCII, since YAML takes U+0085 or U+2028 for a line's end. */
function quotedJson(value: unknown): string {
  const ascii = JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `'${ascii.replaceAll("'", "''")}'`;
}

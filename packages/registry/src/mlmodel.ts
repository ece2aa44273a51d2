// MLflow's `MLmodel` file: with it at the top of a bundle, MLflow loads the folder (`mlflow.pyfunc.load_model`) as it is.
// Format: mlflow.org, "MLflow Models", storage format. It is part of the digest, so equal inputs give equal text: no time,
// no random model_uuid, and nothing of the machine that wrote it.

import { bundleFiles, type Signature } from './bundle-files.ts';
import { checkModelName } from './names.ts';

/** The text of `MLmodel` for a bundle with `model.onnx` beside it. MODEL_NAME_INVALID for a name the registry would refuse. */
export function mlmodelText({ model, signature }: { model: string; signature: Signature }): string {
  checkModelName(model);
  const inputs = signature.inputs.map(({ name, type }) => ({
    // MLflow casts whole numbers to double, but refuses to narrow them to float.
    type: type === 'number' ? 'double' : 'string',
    name,
    required: true,
  }));
  const outputs = [{ type: 'float', name: signature.output.name, required: true }];
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

/** JSON as a single-quoted YAML scalar, as MLflow writes it. Pure ASCII, since YAML takes U+0085 or U+2028 for a line's end. */
function quotedJson(value: unknown): string {
  const ascii = JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `'${ascii.replaceAll("'", "''")}'`;
}

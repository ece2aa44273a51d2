// Where the texts are. Each requirement links to the section that it comes from.

const protocol =
  'https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md';
const triton = 'https://github.com/triton-inference-server/server/blob/main/docs/protocol';

export const texts = {
  serverLive: `${protocol}#server-live`,
  serverReady: `${protocol}#server-ready`,
  modelReady: `${protocol}#model-ready`,
  serverMetadata: `${protocol}#server-metadata-response-json-object`,
  modelMetadata: `${protocol}#model-metadata-response-json-object`,
  modelMetadataError: `${protocol}#model-metadata-response-json-error-object`,
  inferRequest: `${protocol}#inference-request-json-object`,
  requestInput: `${protocol}#request-input`,
  requestOutput: `${protocol}#request-output`,
  inferResponse: `${protocol}#inference-response-json-object`,
  responseOutput: `${protocol}#response-output`,
  inferError: `${protocol}#inference-response-json-error-object`,
  parameters: `${protocol}#parameters`,
  tensorData: `${protocol}#tensor-data`,
  datatypes: `${protocol}#tensor-data-types`,
  parametersExtension: `${triton}/extension_parameters.md#httprest`,
  binaryRequest: `${triton}/extension_binary_data.md#binary-tensor-request`,
  rawBinary: `${triton}/extension_binary_data.md#raw-binary-request`,
  repositoryIndex: `${triton}/extension_model_repository.md#index`,
  repositoryLoad: `${triton}/extension_model_repository.md#load`,
  repositoryUnload: `${triton}/extension_model_repository.md#unload`,
  tritonClient:
    'https://github.com/triton-inference-server/client/blob/main/src/python/library/tritonclient/http/_client.py',
  methodNotAllowed: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6',
  clientErrors: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.5',
  contentEncoding: 'https://www.rfc-editor.org/rfc/rfc9110#section-8.4',
} as const;

export { type ExampleRequest, exampleRequests } from './example-requests.ts';
export { checkGoldenRows } from './golden-check.ts';
export { goldenSamples, hasRows } from './golden-rows.ts';
export { type Imported, type ImportRequest, importModel } from './import-model.ts';
export { tensorText } from './model-card.ts';

// Metadata of the server and of each model, and the versions that a model lists.

import { datatypes } from '../datatypes.ts';
import { requireRead } from '../infer-answer.ts';
import { jsonPayload } from '../infer-request.ts';
import { requireJson, requireJsonType } from '../json-answer.ts';
import {
  exampleRequest,
  infer,
  type Model,
  modelPath,
  requireJsonExample,
  requireMetadata,
} from '../model-under-test.ts';
import { skipped, unmet } from '../outcome.ts';
import { ModelMetadata, ReadableModelMetadata, ServerMetadata } from '../protocol-schemas.ts';
import { required } from '../requirement.ts';
import type { Server } from '../server-under-test.ts';
import { shown } from '../tensor.ts';
import { texts } from '../texts.ts';
import { readyAnswer, require200 } from './health.ts';

export const serverMetadata = [
  required<Server>(
    'metadata.server.shape',
    texts.serverMetadata,
    'GET /v2 answers 200 with name, version and a list of extensions.',
    ({ metadataAnswer }) => {
      requireJson(metadataAnswer, ServerMetadata, '{"name", "version", "extensions"}');
    },
  ),
  required<Server>(
    'metadata.server.content-type',
    texts.serverMetadata,
    'The server metadata is application/json.',
    ({ metadataAnswer }) => requireJsonType(metadataAnswer),
  ),
];

export const modelMetadata = [
  required<Model>(
    'metadata.model.shape',
    texts.modelMetadata,
    'GET /v2/models/{model} answers 200 with name, platform, inputs, outputs and, if there are any, versions.',
    ({ metadataAnswer }) => {
      requireJson(
        metadataAnswer,
        ModelMetadata,
        '{"name", "platform", "inputs", "outputs"}, each tensor with name, datatype and shape',
      );
    },
  ),
  required<Model>(
    'metadata.model.content-type',
    texts.modelMetadata,
    'The model metadata is application/json.',
    ({ metadataAnswer }) => requireJsonType(metadataAnswer),
  ),
  required<Model>(
    'metadata.model.name',
    texts.modelMetadata,
    'The metadata names the model that was asked for.',
    (model) => {
      const { name } = requireMetadata(model);
      if (name !== model.name) throw unmet(`name "${model.name}"`, shown(name));
    },
  ),
  required<Model>(
    'metadata.model.datatypes',
    texts.datatypes,
    'Every input and output has a datatype of the protocol (or BF16).',
    (model) => {
      const unknown = tensorsOf(model).filter(({ datatype }) => !datatypes[datatype]);
      if (unknown.length > 0)
        throw unmet(
          `one of ${Object.keys(datatypes).join(', ')}`,
          unknown.map(({ name, datatype }) => `${datatype} for "${name}"`).join(', '),
        );
    },
  ),
  required<Model>(
    'metadata.model.dimensions',
    texts.modelMetadata,
    'Every dimension is a whole number, and -1 where it is variable.',
    (model) => {
      const wrong = tensorsOf(model).find(({ shape }) =>
        shape.some((size) => !Number.isInteger(size) || size < -1),
      );
      if (wrong) throw unmet('whole numbers from -1', `[${wrong.shape}] for "${wrong.name}"`);
    },
  ),
];

export const versions = [
  required<Model>(
    'versions.metadata',
    texts.modelMetadata,
    'Each listed version has metadata of its own path.',
    eachVersion(async (model, version) => {
      const answer = await model.client({ method: 'GET', path: modelPath(model.name, version) });
      const { name } = requireJson(answer, ReadableModelMetadata, 'model metadata');
      if (name !== model.name) throw unmet(`name "${model.name}"`, shown(name));
    }),
  ),
  required<Model>(
    'versions.ready',
    texts.modelReady,
    'Each listed version has a ready path, which answers 200.',
    eachVersion(async (model, version) => require200(await readyAnswer(model, version))),
  ),
  required<Model>(
    'versions.infer',
    texts.inferRequest,
    'Each listed version answers on its own infer path, and says so in model_version.',
    eachVersion(async (model, version) => {
      const request = exampleRequest(requireJsonExample(model));
      const { body } = requireRead(await infer(model, jsonPayload(request), version));
      if (body.model_version !== version)
        throw unmet(`model_version "${version}"`, shown(body.model_version));
    }),
  ),
];

/** A model with hundreds of versions is not asked about all of them. */
const askedVersions = 3;

function eachVersion(check: (model: Model, version: string) => Promise<void>) {
  return async (model: Model) => {
    const listed = requireMetadata(model).versions;
    if (listed.length === 0) throw skipped('the metadata lists no versions');
    for (const version of listed.slice(-askedVersions)) await check(model, version);
  };
}

function tensorsOf(model: Model) {
  const { inputs, outputs } = requireMetadata(model);
  return [...inputs, ...outputs];
}

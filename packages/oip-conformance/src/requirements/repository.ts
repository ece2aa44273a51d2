// The model repository extension: what there is, and, where the caller allows it, loading and unloading.

import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type Client, described } from '../http-client.ts';
import { requireOutputs } from '../infer-answer.ts';
import { isWordedError, requireJson } from '../json-answer.ts';
import { exampleRequest, inferJson, type Model, requireSame } from '../model-under-test.ts';
import { skipped, unmet } from '../outcome.ts';
import { RepositoryIndex } from '../protocol-schemas.ts';
import { ofExtension, type Requirement, recommended } from '../requirement.ts';
import { type Server, unknownModel } from '../server-under-test.ts';
import { texts } from '../texts.ts';
import { isNotReady, readyAnswer, require200 } from './health.ts';

const repository = ofExtension('model_repository');

export const repositoryIndex: readonly Requirement<Server>[] = [
  repository<Server>(
    'repository.index',
    texts.repositoryIndex,
    'POST /v2/repository/index answers 200 with a list of models by name, with the models under test in it.',
    async ({ client, models }) => {
      const names = requireIndex(await index(client, '{}')).map(({ name }) => name);
      const missing = models.filter((model) => !names.includes(model));
      if (missing.length > 0)
        throw unmet(`${missing.join(', ')} in the index`, names.join(', ') || 'an empty list');
    },
  ),
  repository<Server>(
    'repository.index.ready',
    texts.repositoryIndex,
    'With "ready": true the index lists only models that are ready.',
    async ({ client }) => {
      for (const { name, state } of requireIndex(await index(client, '{"ready": true}'))) {
        if (state !== undefined && state !== 'READY') throw unmet('state READY', `${state} for ${name}`);
      }
    },
  ),
  recommended<Server>(
    'repository.index.empty-body',
    texts.tritonClient,
    'The index is given for an empty body too, which Triton clients send.',
    async ({ client }) => void requireIndex(await index(client, '')),
    { extension: 'model_repository' },
  ),
  repository<Server>(
    'repository.load.unknown',
    texts.repositoryLoad,
    'Loading a model that is not in the repository is refused with 4xx and {"error": "…"}.',
    async ({ client }) => requireRefused(await control(client, unknownModel, 'load')),
  ),
  // Triton itself answers 200: to it, unloading what is not there is no failure.
  recommended<Server>(
    'repository.unload.unknown',
    texts.repositoryUnload,
    'Unloading a model that is not in the repository is refused with 4xx and {"error": "…"}.',
    async ({ client }) => requireRefused(await control(client, unknownModel, 'unload')),
    { extension: 'model_repository' },
  ),
];

/** `settleMs`: how long a server may take until a load or an unload shows. Each leaves the model loaded. */
export function repositoryControl(settleMs: number): readonly Requirement<Model>[] {
  return [
    repository<Model>(
      'repository.unload',
      texts.repositoryUnload,
      'Unloading a model answers 200; then the model is not ready, and refuses inference with 4xx or 503.',
      (model) => requireUnload(model, settleMs, '{}'),
      { needs: ['health.model-ready'] },
    ),
    repository<Model>(
      'repository.load',
      texts.repositoryLoad,
      'Loading a model answers 200; then the model is ready, and answers as before.',
      async (model) => {
        await control(model.client, model.name, 'unload');
        await settled(() => readyAnswer(model), isNotReady, settleMs);
        require200(await load(model));
        require200(await settled(() => readyAnswer(model), isReady, settleMs));
        if (!model.example?.json) return;
        requireSame(model, requireOutputs(await inferJson(model, exampleRequest(model.example))));
      },
      { needs: ['health.model-ready'] },
    ),
    ofExtension('model_repository(unload_dependents)')<Model>(
      'repository.unload.dependents',
      texts.repositoryUnload,
      'Unloading takes the parameter unload_dependents.',
      (model) => requireUnload(model, settleMs, '{"parameters": {"unload_dependents": true}}'),
      { needs: ['repository.unload'] },
    ),
  ];
}

/** Whatever comes of it, the model is loaded again. */
async function requireUnload(model: Model, settleMs: number, body: string): Promise<void> {
  try {
    require200(await control(model.client, model.name, 'unload', body));
    const ready = await settled(() => readyAnswer(model), isNotReady, settleMs);
    if (!isNotReady(ready)) throw unmet('not ready: HTTP 4xx or 503', described(ready));
    if (!model.example?.json) return;
    const answer = await inferJson(model, exampleRequest(model.example));
    if (!isNotReady(answer)) throw unmet('inference refused with HTTP 4xx or 503', described(answer));
  } finally {
    await load(model);
    await settled(() => readyAnswer(model), isReady, settleMs);
  }
}

function load({ client, name }: Model): Promise<Answer> {
  return control(client, name, 'load');
}

function isReady({ status }: Answer): boolean {
  return status === 200;
}

function index(client: Client, body: string): Promise<Answer> {
  return client({ method: 'POST', path: '/v2/repository/index', body });
}

function requireIndex(answer: Answer) {
  return requireJson(answer, RepositoryIndex, 'a list of models, each with its name');
}

function control(client: Client, model: string, verb: 'load' | 'unload', body = '{}'): Promise<Answer> {
  return client({ method: 'POST', path: `/v2/repository/models/${encodeURIComponent(model)}/${verb}`, body });
}

/** Triton answers 503 when it was started without model control: then the server has no say in the matter. */
function requireRefused(answer: Answer): void {
  if (answer.status === 501 || answer.status === 503)
    throw skipped(`the server does not let models be loaded or unloaded: ${described(answer)}`);
  if (answer.status > 499 || !isWordedError(answer))
    throw unmet('HTTP 4xx with {"error": "…"}', described(answer));
}

/** Asks until the answer is as it should be, or the time is over; then gives the last one. */
async function settled(
  ask: () => Promise<Answer>,
  isThere: (answer: Answer) => boolean,
  settleMs: number,
): Promise<Answer> {
  const end = performance.now() + settleMs;
  let answer = await ask();
  while (!isThere(answer) && performance.now() < end) {
    await pause(100);
    answer = await ask();
  }
  return answer;
}

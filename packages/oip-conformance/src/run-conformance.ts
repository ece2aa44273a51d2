// One run: finds the server's models, learns each, and judges every requirement that was asked for.

import { FlightdeckError } from '@flightdeck/core';
import { type Client, openClient } from './http-client.ts';
import { jsonOf } from './json-answer.ts';
import { learnModel } from './learn-model.ts';
import { Unmet } from './outcome.ts';
import { ModelList, ReadableServerMetadata, RepositoryIndex, type Sample } from './protocol-schemas.ts';
import { fail, judge, type Requirement, type RequirementName, type Result, skip } from './requirement.ts';
import { modelRequirements, serverRequirements } from './requirements/all.ts';
import { repositoryControl } from './requirements/repository.ts';
import type { Server } from './server-under-test.ts';

export interface ConformanceOptions {
  /** Where `/v2` is: `http://127.0.0.1:8000`, or with a path before it. */
  readonly baseUrl: string;
  /** Which models to test. Without it, those that the server lists as ready. */
  readonly models?: readonly string[];
  /** An infer request for each model that takes no generated values. */
  readonly samples?: Readonly<Record<string, Sample>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Only requirements whose id begins so. */
  readonly only?: string;
  /** Allows models to be unloaded and loaded. */
  readonly admin?: boolean;
  /** How long a load or an unload may take until it shows. */
  readonly settleMs?: number;
  readonly fetch?: typeof fetch;
}

const patientSettleMs = 30_000;

/** Every requirement there is, by name. */
export const requirementNames: readonly RequirementName[] = [
  ...serverRequirements,
  ...modelRequirements,
  ...repositoryControl(patientSettleMs),
];

/**
 * SERVER_UNREACHABLE when nothing answers there at all; USAGE for a sample of no model, and for a Host header. A server that answers wrongly gives failed results, and never
 * throws.
 */
export async function runConformance(options: ConformanceOptions): Promise<readonly Result[]> {
  const client = openClient(options);
  const metadataAnswer = await reach(client, options.baseUrl);
  const extensions = new Set(ReadableServerMetadata.safeParse(jsonOf(metadataAnswer)).data?.extensions);
  const models = options.models ?? (await findModels(client));
  requireUsed(options.samples ?? {}, models);
  const wanted = <Subject>(each: Requirement<Subject>) => each.id.startsWith(options.only ?? '');

  const server: Server = { client, metadataAnswer, models };
  const results = await judgeAll(serverRequirements.filter(wanted), server, extensions);
  const ofModels = [
    ...modelRequirements,
    ...(options.admin ? repositoryControl(options.settleMs ?? patientSettleMs) : []),
  ].filter(wanted);
  if (models.length === 0)
    return [...results, ...ofModels.map((each) => skip(each, 'no model is known: name one with --model'))];
  for (const name of ofModels.length > 0 ? models : []) {
    const sample = options.samples?.[name];
    const binary = extensions.has('binary_tensor_data');
    const model = await learnModel(client, name, { sample, binary }).catch(asUnmet);
    const judged =
      model instanceof Unmet
        ? ofModels.map((each) => fail(each, model))
        : await judgeAll(ofModels, model, extensions);
    results.push(...judged.map((result) => ({ ...result, model: name })));
  }
  return results;
}

async function reach(client: Client, baseUrl: string) {
  try {
    return await client({ method: 'GET', path: '/v2' });
  } catch (error) {
    if (!(error instanceof Unmet)) throw error;
    throw new FlightdeckError(
      'SERVER_UNREACHABLE',
      `Nothing answers at ${baseUrl} (${error.came}). Start the server, or give the address below which /v2 is.`,
      { cause: error },
    );
  }
}

function requireUsed(samples: Readonly<Record<string, Sample>>, models: readonly string[]): void {
  const unused = Object.keys(samples).find((name) => !models.includes(name));
  if (unused === undefined) return;
  const tested = models.join(', ') || 'none';
  throw new FlightdeckError(
    'USAGE',
    `The sample for ${unused} is for no model under test (${tested}). Name it with --model.`,
  );
}

/** A server that hangs up while it is being learnt fails everything; any other error is ours. */
function asUnmet(error: unknown): Unmet {
  if (error instanceof Unmet) return error;
  throw error;
}

/** In order: checks of one server never run at once, but for the one that is about that. */
async function judgeAll<Subject>(
  requirements: readonly Requirement<Subject>[],
  subject: Subject,
  extensions: ReadonlySet<string>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const requirement of requirements)
    results.push(await judge(requirement, subject, extensions, results));
  return results;
}

/** From the repository index, or from the list that KServe has. Neither is promised by the protocol. */
async function findModels(client: Client): Promise<readonly string[]> {
  const index = await client({ method: 'POST', path: '/v2/repository/index', body: '{}' }).catch(asUnmet);
  const entries = index instanceof Unmet ? undefined : RepositoryIndex.safeParse(jsonOf(index)).data;
  if (entries) {
    const ready = entries.filter(({ state }) => state === undefined || state === 'READY');
    return [...new Set(ready.map(({ name }) => name))];
  }
  const list = await client({ method: 'GET', path: '/v2/models' }).catch(asUnmet);
  return (list instanceof Unmet ? undefined : ModelList.safeParse(jsonOf(list)).data?.models) ?? [];
}

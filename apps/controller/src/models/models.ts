// Models as the console shows them: lists in pages, and what each version came of and is used for.

import type {
  ComparisonAnswer,
  ModelAnswer,
  ModelsAnswer,
  MovesAnswer,
  VersionAnswer,
  VersionHead,
  VersionsAnswer,
} from '@flightdeck/admin-api';
import { referenceDrift } from '@flightdeck/monitoring';
import type { ModelVersion, Registry, Run, Transition } from '@flightdeck/registry';
import { underWayAt } from './promotion.ts';
import { readContents, readEvaluations, readProfile } from './version-contents.ts';

interface Page {
  readonly limit: number;
  readonly before?: number | undefined;
}

export async function listModels({ models, versions, endpoints }: Registry): Promise<ModelsAnswer> {
  const [found, served] = await Promise.all([models.list(), endpoints.list()]);
  const entries = found.map(async (model) => {
    const { champion } = model.aliases;
    return {
      ...model,
      champion:
        champion === undefined
          ? null
          : headOf(await versions.get(model.name, champion), aliasesAt(model.aliases, champion)),
      endpoints: served.filter((endpoint) => endpoint.model === model.name).map(({ name }) => name),
    };
  });
  return { models: await Promise.all(entries) };
}

/** MODEL_NOT_FOUND. */
export async function describeModel(registry: Registry, model: string): Promise<ModelAnswer> {
  // Throws where there is no such model, and says which there are.
  await registry.versions.list(model, { limit: 1 });
  const [found, aliases, endpoints] = await Promise.all([
    registry.models.list(),
    registry.aliases.list(model),
    registry.endpoints.list(),
  ]);
  const { aliases: _, ...summary } = found.find(({ name }) => name === model)!;
  return {
    ...summary,
    aliases,
    endpoints: endpoints.filter((endpoint) => endpoint.model === model),
    underWay: await underWayAt(registry, model),
    rollbackTo: await registry.aliases.rollbackTarget(model, 'champion'),
  };
}

/** MODEL_NOT_FOUND. */
export async function listVersions(
  { versions, aliases }: Registry,
  model: string,
  { limit, before }: Page,
): Promise<VersionsAnswer> {
  const found = await versions.list(model, { limit: limit + 1, ...(before !== undefined && { before }) });
  const page = found.slice(0, limit);
  const moves = await aliases.list(model);
  return {
    versions: page.map((version) => headOf(version, aliasesOf(moves, version.version))),
    next: found.length > limit ? page.at(-1)!.version : null,
  };
}

export async function listMoves(
  { aliases }: Registry,
  model: string,
  { limit, before, alias }: Page & { readonly alias?: string | undefined },
): Promise<MovesAnswer> {
  const only = { ...(before !== undefined && { before }), ...(alias !== undefined && { alias }) };
  const found = await aliases.log(model, { limit: limit + 1, ...only });
  const moves = found.slice(0, limit);
  return { moves, next: found.length > limit ? moves.at(-1)!.id : null };
}

/** MODEL_NOT_FOUND, VERSION_NOT_FOUND, VERSION_DELETED; BUNDLE_INCOMPLETE or BUNDLE_TAMPERED where its files are not what was registered. */
export async function describeVersion(
  registry: Registry,
  model: string,
  number: number,
): Promise<VersionAnswer> {
  const version = await registry.versions.get(model, number);
  const [bundle, run, moves, endpoints] = await Promise.all([
    registry.versions.open(version),
    registry.runs.get(version.runId),
    registry.aliases.list(model),
    registry.endpoints.list(),
  ]);
  const aliases = aliasesOf(moves, number);
  const targets = [...aliases, String(number)];
  return {
    ...headOf(version, aliases),
    ...{ digest: version.digest, gate: version.gate, files: version.files },
    endpoints: endpoints
      .filter((endpoint) => endpoint.model === model)
      .filter(({ traffic }) => traffic.some(({ target }) => targets.includes(target)))
      .map(({ name }) => name),
    origin: { runId: run.id, lineage: run.lineage, recalibrationOf: recalibrationOf(run) },
    contents: await readContents(bundle),
  };
}

/** As describeVersion. */
export async function compareVersions(
  registry: Registry,
  model: string,
  { a, b }: { readonly a: number; readonly b: number },
): Promise<ComparisonAnswer> {
  const moves = await registry.aliases.list(model);
  const sideOf = async (number: number) => {
    const version = await registry.versions.get(model, number);
    const bundle = await registry.versions.open(version);
    const [evaluations, profile] = await Promise.all([readEvaluations(bundle), readProfile(bundle)]);
    const head = headOf(version, aliasesOf(moves, number));
    const evaluation = evaluations?.network ?? null;
    return { profile, compared: { ...head, evaluation, trainingRows: profile?.rows ?? null } };
  };
  const [first, second] = await Promise.all([sideOf(a), sideOf(b)]);
  return {
    a: first.compared,
    b: second.compared,
    drift: first.profile && second.profile && referenceDrift(second.profile, first.profile),
  };
}

function headOf(version: ModelVersion, aliases: readonly string[]): VersionHead {
  const { model, version: number, runId, metrics, bytes, createdBy, createdAt, deletedAt, gate } = version;
  return {
    ...{ model, version: number, runId, metrics, bytes, createdBy, createdAt, deletedAt },
    ...{ verdict: gate.verdict, aliases },
  };
}

function aliasesOf(moves: readonly Transition[], version: number): string[] {
  return moves.filter(({ to }) => to === version).map(({ alias }) => alias);
}

function aliasesAt(aliases: Readonly<Record<string, number>>, version: number): string[] {
  return Object.keys(aliases).filter((alias) => aliases[alias] === version);
}

function recalibrationOf({ parameters }: Run): number | null {
  const of = (parameters as { recalibrationOf?: unknown } | null)?.recalibrationOf;
  return typeof of === 'number' ? of : null;
}

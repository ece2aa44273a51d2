// Bring your own model: an ONNX file, from wherever, becomes a version that serving takes like any other. What a training run
// knows (features, data, evaluation) nobody knows here; what can be seen from the file is tried before it is registered.

import { FlightdeckError, hashOf, sha256 } from '@flightdeck/core';
import {
  type BundleFiles,
  bundleFiles,
  type ModelVersion,
  mlmodelText,
  type Registry,
} from '@flightdeck/registry';
import { type Examination, examine } from './examination.ts';
import { modelCard } from './model-card.ts';

export interface ImportRequest {
  /** The model's name in the registry. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The file's name, without its folder. */
  readonly source: string;
  /** Rows to verify it with, parsed from JSON (golden-file.ts has the schema). Made up where left out. */
  readonly golden?: unknown;
  /** Whether it becomes champion, and so is served. By default where the model has no champion yet. */
  readonly promote?: boolean;
  readonly actor: string;
  /** Why it becomes champion, if it does. */
  readonly reason: string;
}

export interface Imported extends Examination {
  readonly version: ModelVersion;
  /** False where the same file was imported before: this is the version it became then. */
  readonly isNew: boolean;
  /** The model's champion now; null where it has none, and so is not served. */
  readonly champion: number | null;
}

const gate = { verdict: 'inconclusive' as const, reasons: ['imported: no gate has judged it'] };

/** Serving's default limit. */
const maxModelBytes = 512 * 1024 * 1024;

/**
 * Examines an ONNX file and registers it as the model's next version. The same file with the same golden rows is the same
 * version, however often it is imported. Throws what `examine` throws, MODEL_TOO_LARGE, MODEL_NAME_INVALID, and ALIAS_MOVED if
 * somebody else moves the champion meanwhile.
 */
export async function importModel(registry: Registry, request: ImportRequest): Promise<Imported> {
  const { name, bytes, golden } = request;
  if (bytes.length > maxModelBytes) throw tooLarge(bytes.length);
  const examination = await examine(bytes, golden);
  const files = bundleOf(request, examination);
  const known = (await registry.models.list()).find((model) => model.name === name);
  const version = await register(registry, request, files);
  return {
    ...examination,
    version,
    isNew: version.version > (known?.latest ?? 0),
    champion: await promote(registry, request, version, known?.aliases.champion ?? null),
  };
}

/** Equal imports give equal bytes. MODEL_NAME_INVALID. */
function bundleOf({ name, bytes, source }: ImportRequest, examination: Examination) {
  const { signature, skippedOutputs, golden, compared } = examination;
  const count = golden.rows.length === 1 ? 'One golden row' : `${golden.rows.length} golden rows`;
  const right = compared
    ? `${compared.rows} of them came with the right ones, which are these.`
    : 'None came with the right ones, so whether these are right is not known.';
  const verified = `${count}, asked several times, got the same answers. ${right}`;
  return {
    [bundleFiles.model]: bytes,
    [bundleFiles.mlmodel]: mlmodelText({ model: name, signature }),
    [bundleFiles.signature]: json(signature),
    [bundleFiles.golden]: json(golden),
    [bundleFiles.modelCard]: modelCard({ name, source, bytes, signature, skippedOutputs, verified }),
  };
}

async function register(
  registry: Registry,
  { name, bytes, source, actor }: ImportRequest,
  files: BundleFiles,
): Promise<ModelVersion> {
  const content = Object.entries(files).map(([path, data]) => [path, sha256(data)]);
  const id = `import-${hashOf({ name, content }).slice(0, 16)}`;
  const parameters = { source, sha256: sha256(bytes) };
  await registry.runs.start({ id, model: name, parameters, lineage: {} });
  const version = await registry.versions.register({
    model: name,
    runId: id,
    files,
    metrics: {},
    gate,
    createdBy: actor,
  });
  await registry.runs.finish(id, {});
  return version;
}

/** Somebody who imports a first version wants it served. What replaces a champion is for them to say. */
async function promote(
  registry: Registry,
  { name, promote: wanted, actor, reason }: ImportRequest,
  { version }: ModelVersion,
  champion: number | null,
): Promise<number | null> {
  if (!(wanted ?? champion === null)) return champion;
  const { to } = await registry.aliases.set({
    model: name,
    alias: 'champion',
    version,
    expected: champion,
    actor,
    reason,
    evidence: { gate },
  });
  return to;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

function tooLarge(bytes: number): FlightdeckError {
  return new FlightdeckError(
    'MODEL_TOO_LARGE',
    `The ONNX file has ${bytes} bytes, over the limit of ${maxModelBytes}. Export a smaller model.`,
  );
}

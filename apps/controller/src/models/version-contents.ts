// What a version's bundle says of it, for people: read file by file, because an imported model has few of them, and one that a later kit
// writes otherwise must not hide the rest.

import type { VersionContents, VersionEvaluation, VersionInput } from '@flightdeck/admin-api';
import { profileSchema, type VersionReference } from '@flightdeck/monitoring';
import { type Bundle, bundleFiles, type Signature, signatureSchema } from '@flightdeck/registry';
import type { z } from 'zod';
import { evaluationsSchema } from './evaluation-schema.ts';

export type Profile = VersionReference['profile'];

export async function readContents(bundle: Bundle): Promise<VersionContents> {
  const [evaluations, profile, signature, card] = await Promise.all([
    readEvaluations(bundle),
    readProfile(bundle),
    readParsed(bundle, bundleFiles.signature, signatureSchema),
    readText(bundle, bundleFiles.modelCard),
  ]);
  return {
    evaluations,
    inputs: signature && inputsOf(signature, profile),
    output: signature && 'threshold' in signature ? outputOf(signature) : null,
    trainingRows: profile?.rows ?? null,
    card,
  };
}

export async function readEvaluations(
  bundle: Bundle,
): Promise<Readonly<Record<string, VersionEvaluation>> | null> {
  return readParsed(bundle, bundleFiles.evaluation, evaluationsSchema);
}

export async function readProfile(bundle: Bundle): Promise<Profile | null> {
  return readParsed(bundle, bundleFiles.referenceProfile, profileSchema);
}

/** Null where the bundle has no such file, or one of another shape. */
async function readParsed<Schema extends z.ZodType>(
  bundle: Bundle,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | null> {
  const text = await readText(bundle, path);
  return text === null ? null : (schema.safeParse(JSON.parse(text)).data ?? null);
}

async function readText(bundle: Bundle, path: string): Promise<string | null> {
  if (!bundle.files.some((file) => file.path === path)) return null;
  return Buffer.from(await bundle.read(path)).toString();
}

function outputOf({ positive, threshold }: { positive: string; threshold: number }) {
  return { positive, threshold };
}

function inputsOf(signature: Signature, profile: Profile | null): VersionInput[] {
  if (signature.kind === 'tensors')
    return signature.inputs.map(({ name, type, shape }) => ({
      ...{ name, type: `${type} [${shape.join(', ')}]` },
      ...{ description: null, minimum: null, maximum: null, seen: null },
    }));
  return signature.inputs.map(({ name, type, description, minimum, maximum }) => ({
    ...{ name, type, description },
    ...{ minimum: minimum ?? null, maximum: maximum ?? null },
    seen: profile && seenOf(profile.features[name], profile.rows),
  }));
}

function seenOf(feature: Profile['features'][string] | undefined, rows: number): VersionInput['seen'] {
  if (feature === undefined) return null;
  const missing = rows === 0 ? 0 : feature.missing / rows;
  if (feature.kind === 'number')
    return { kind: 'number', missing, mean: feature.mean, deviation: feature.deviation };
  const names = Object.entries(feature.counts).toSorted(([, a], [, b]) => b - a);
  return { kind: 'category', missing, categories: names.length, commonest: names[0]?.[0] ?? null };
}

// Builds a kustomization where there is no kubectl. It knows what ours use and refuses all else, and a test holds it against
// `kubectl kustomize` wherever that is installed.

import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { patched } from './json-patch.ts';
import { nameHash } from './name-hash.ts';
import { objectsIn, type Resource, readResources } from './resource.ts';

const generator = z.strictObject({
  name: z.string(),
  behavior: z.enum(['create', 'merge']).default('create'),
  envs: z.array(z.string()).default([]),
  files: z.array(z.string()).default([]),
});

const kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string(),
  resources: z.array(z.string()),
  images: z
    .array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.coerce.string() }))
    .default([]),
  configMapGenerator: z.array(generator).default([]),
  secretGenerator: z.array(generator).default([]),
  patches: z
    .array(
      z.strictObject({
        target: z.strictObject({ kind: z.string(), name: z.string() }),
        patch: z.string().transform((text) => parse(text) as Parameters<typeof patched>[1][]),
      }),
    )
    .default([]),
});

type Kustomization = z.infer<typeof kustomization>;
type Generated = 'ConfigMap' | 'Secret';

/** What `kubectl apply -k folder` would send, in no particular order. */
export function buildKustomization(folder: string): readonly Resource[] {
  const resources = build(folder);
  const generated = new Map(
    resources.filter(isGenerated).map((one) => [`${one.kind}/${one.metadata.name}`, hashed(one)]),
  );
  return resources.map((resource) => {
    const own = generated.get(`${resource.kind}/${resource.metadata.name}`);
    return own ? withName(unmarked(resource), own) : renamedReferences(resource, generated);
  });
}

function build(folder: string): readonly Resource[] {
  const plan = kustomization.parse(parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')));
  let resources = plan.resources.flatMap((path) => resourcesAt(join(folder, path)));
  resources = generate(resources, 'ConfigMap', plan.configMapGenerator, folder);
  resources = generate(resources, 'Secret', plan.secretGenerator, folder);
  for (const { target, patch } of plan.patches) resources = patchAll(resources, target, patch);
  return resources.map((resource) => withImages(inNamespace(resource, plan.namespace), plan.images));
}

function resourcesAt(path: string): readonly Resource[] {
  return statSync(path).isDirectory() ? build(path) : readResources(path);
}

/** Marks what gets a hash to its name when all is done: overlays still merge into it by the plain one. */
const mark = Symbol('generated');
const isGenerated = (resource: Resource) => mark in resource;
const unmarked = ({ ...resource }: Resource) => {
  delete (resource as { [mark]?: true })[mark];
  return resource;
};

function generate(
  resources: readonly Resource[],
  kind: Generated,
  generators: Kustomization['configMapGenerator'],
  folder: string,
): Resource[] {
  return generators.reduce<Resource[]>(
    (all, { name, behavior, envs, files }) => {
      const texts = Object.assign(
        {},
        ...envs.map((path) => variablesIn(readFileSync(join(folder, path), 'utf8'))),
        ...files.map((path) => ({ [basename(path)]: readFileSync(join(folder, path), 'utf8') })),
      ) as Record<string, string>;
      const data = kind === 'Secret' ? mapValues(texts, base64) : texts;
      const isOld = (one: Resource) => one.kind === kind && one.metadata.name === name;
      const old = all.find(isOld);
      if ((behavior === 'merge') !== (old !== undefined))
        throw new Error(`${kind} ${name}: cannot ${behavior}, there is ${old ? 'one already' : 'none'}.`);
      const made = {
        apiVersion: 'v1',
        kind,
        metadata: { name },
        ...(kind === 'Secret' && { type: 'Opaque' }),
        data: { ...(old?.data as object | undefined), ...data },
        [mark]: true,
      };
      return [...all.filter((one) => !isOld(one)), made];
    },
    [...resources],
  );
}

function variablesIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Long values in lines of 70, as kustomize writes them: it is part of the hash. */
function base64(text: string): string {
  const encoded = Buffer.from(text).toString('base64');
  return encoded.length < 70 ? encoded : encoded.replaceAll(/.{1,70}/g, '$&\n');
}

function mapValues(record: Record<string, string>, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function patchAll(
  resources: readonly Resource[],
  target: { kind: string; name: string },
  operations: readonly Parameters<typeof patched>[1][],
): Resource[] {
  const isMeant = ({ kind, metadata }: Resource) => kind === target.kind && metadata.name === target.name;
  if (!resources.some(isMeant))
    throw new Error(`A patch is for ${target.kind} ${target.name}: there is none.`);
  return resources.map((one) =>
    isMeant(one) ? operations.reduce((value, operation) => patched(value, operation), one) : one,
  );
}

function inNamespace(resource: Resource, namespace: string): Resource {
  if (resource.kind === 'Namespace') return resource;
  return { ...resource, metadata: { ...resource.metadata, namespace } };
}

function withImages(resource: Resource, images: Kustomization['images']): Resource {
  const copy = copyOf(resource);
  for (const one of objectsIn(copy)) {
    const image = images.find(({ name }) => one.image === name);
    if (image) one.image = `${image.newName}:${image.newTag}`;
  }
  return copy;
}

function hashed(resource: Resource): string {
  return `${resource.metadata.name}-${nameHash(resource)}`;
}

function withName(resource: Resource, name: string): Resource {
  return { ...resource, metadata: { ...resource.metadata, name } };
}

/** Where pods name a ConfigMap or a Secret. Objects of other kinds keep the plain name, as with kustomize. */
function renamedReferences(resource: Resource, names: ReadonlyMap<string, string>): Resource {
  const copy = copyOf(resource);
  const rename = (holder: unknown, key: string, kind: Generated) => {
    const reference = holder as Record<string, unknown> | undefined;
    const name = names.get(`${kind}/${reference?.[key]}`);
    if (reference && name) reference[key] = name;
  };
  if (!['Deployment', 'StatefulSet', 'Job'].includes(resource.kind)) return copy;
  for (const one of objectsIn(copy)) {
    for (const key of ['configMapRef', 'configMapKeyRef']) rename(one[key], 'name', 'ConfigMap');
    for (const key of ['secretRef', 'secretKeyRef']) rename(one[key], 'name', 'Secret');
    rename(one.configMap, 'name', 'ConfigMap');
    rename(one.secret, 'secretName', 'Secret');
  }
  return copy;
}

/** A deep copy that keeps the mark, which structuredClone drops. */
function copyOf(resource: Resource): Resource {
  return { ...structuredClone(unmarked(resource)), ...(isGenerated(resource) && { [mark]: true }) };
}

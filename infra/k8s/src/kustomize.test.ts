import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Copy, copyWithSecrets, overlays } from './k8s.fixture.ts';
import { buildKustomization } from './kustomize.ts';
import { nameOf, parseResources, type Resource } from './resource.ts';

const hasKubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;
if (!hasKubectl) console.warn('!!! SKIPPED: our kustomize against the real one: no kubectl on PATH');

let copy: Copy;
beforeAll(() => {
  copy = copyWithSecrets();
});
afterAll(() => copy.remove());

const byName = (resources: readonly Resource[]) =>
  Object.fromEntries(resources.map((resource) => [nameOf(resource), JSON.parse(JSON.stringify(resource))]));

describe.each(overlays)('the overlay %s', (overlay) => {
  it.runIf(hasKubectl)('is built as kubectl builds it, hashes and all', () => {
    const folder = join(copy.folder, 'overlays', overlay);
    const real = parseResources(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' }));
    const ours = buildKustomization(folder);
    expect(ours).toHaveLength(real.length);
    expect(byName(ours)).toEqual(byName(real));
  });
});

describe('a kustomization is refused', () => {
  const base = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: a\n';

  function building(text: string): () => unknown {
    const folder = join(copy.folder, 'refused');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'kustomization.yaml'), base + text);
    writeFileSync(join(folder, 'one.yaml'), 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\n');
    return () => buildKustomization(folder);
  }

  it('that uses what is not built here', () => {
    expect(building('resources: [one.yaml]\nnamePrefix: x-\n')).toThrow(/namePrefix/);
  });

  it.each([
    ['no object', 'target: { kind: Service, name: b }\n    patch: "[]"', /Service b: there is none/],
    [
      'no such field',
      'target: { kind: Service, name: a }\n    patch: \'[{"op":"replace","path":"/spec/x","value":1}]\'',
      /there is no spec/,
    ],
  ])('with a patch for %s', (_name, patch, message) => {
    expect(building(`resources: [one.yaml]\npatches:\n  - ${patch}\n`)).toThrow(message);
  });

  it('that merges into what is not there', () => {
    const generator = 'configMapGenerator:\n  - { name: b, behavior: merge, files: [one.yaml] }\n';
    expect(building(`resources: [one.yaml]\n${generator}`)).toThrow(/cannot merge, there is none/);
  });
});

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Copy, copyWithSecrets, overlays, root } from './k8s.fixture.ts';
import { buildKustomization } from './kustomize.ts';
import { nameOf, parseResources, readResources } from './resource.ts';
import { schemaProblems } from './schemas.ts';

let copy: Copy;
beforeAll(() => {
  copy = copyWithSecrets();
});
afterAll(() => copy.remove());

const example = join(root, 'examples/kserve-inference-service.yaml');
const problemsOf = (text: string) => schemaProblems(parseResources(text)[0]!);

describe('a manifest is refused', () => {
  const service = (spec: string) =>
    `{ apiVersion: v1, kind: Service, metadata: { name: a }, spec: { ${spec} } }`;

  it.each([
    [
      'of a kind without a schema',
      '{ apiVersion: v1, kind: Pod, metadata: { name: a } }',
      /v1 Pod: no schema/,
    ],
    ['of a version that is gone', '{ apiVersion: apps/v1beta1, kind: Deployment }', /no schema/],
    [
      'with a value of the wrong type',
      service('ports: [{ port: eighty }]'),
      /ports\/0\/port must be integer/,
    ],
    ['without what is required', service('ports: [{ name: http }]'), /must have required property port/],
    [
      'with a misspelt field',
      service('ports: [{ port: 80, targetport: 8080 }]'),
      /ports\/0\/targetport: unknown/,
    ],
    [
      'of an extension with a misspelt field',
      '{ apiVersion: keda.sh/v1alpha1, kind: ScaledObject, spec: { scaleTargetRef: { name: a }, triggers: [], minReplicas: 0 } }',
      /^\/spec\/minReplicas: unknown/,
    ],
    ['with a field at the wrong place', service('replicas: 2'), /^\/spec\/replicas: unknown/],
  ])('%s', (_name, text, problem) => {
    expect(problemsOf(text).join('\n')).toMatch(problem);
  });

  it('with an InferenceService that has a field KServe does not know', () => {
    const [service] = readResources(example);
    const { predictor } = (service as unknown as { spec: { predictor: object } }).spec;
    const wrong = { ...service!, spec: { predictor: { ...predictor, storageURI: 's3://bucket' } } };
    expect(schemaProblems(wrong)).toEqual([expect.stringContaining('storageURI')]);
  });
});

describe.each(overlays)('the overlay %s', (overlay) => {
  it('has nothing that its schemas refuse or do not know', () => {
    const resources = buildKustomization(join(copy.folder, 'overlays', overlay));
    const problems = resources.flatMap((one) => schemaProblems(one).map((each) => `${nameOf(one)} ${each}`));
    expect(problems).toEqual([]);
    expect(new Set(resources.map(nameOf)).size).toBe(resources.length);
  });
});

it('the example for KServe is one', () => {
  expect(readResources(example).flatMap(schemaProblems)).toEqual([]);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFiles, openRegistry, type Registry } from '@flightdeck/registry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readVersionReference } from './version-reference.ts';

let home: string;
let registry: Registry;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'flightdeck-reference-'));
  registry = await openRegistry({ home });
  await registry.runs.start({ id: 'run', model: 'toy', parameters: {}, lineage: {} });
});

afterAll(async () => {
  await registry.close();
  await rm(home, { recursive: true, force: true });
});

const estimate = { value: 0.8, low: 0.79, high: 0.81 };
const number = { kind: 'number', missing: 1, mean: 2, deviation: 1, edges: [1, 3], counts: [2, 5, 2] };
const content = {
  signature: {
    inputs: [{ name: 'x', type: 'number', description: 'x', default: null, minimum: 0 }],
    output: { name: 'probability', type: 'number', description: 'p' },
    threshold: 0.5,
    positive: 'is late',
  },
  profile: { rows: 10, features: { x: number }, score: number },
  evaluation: {
    network: {
      rows: 10,
      positives: 3,
      threshold: 0.5,
      metrics: { rocAuc: estimate, logLoss: estimate, brier: estimate, ece: estimate, prAuc: estimate },
    },
    constant: {},
  },
};

async function bundleOf({ signature, profile, evaluation }: Record<keyof typeof content, object>) {
  const { version } = await registry.versions.register({
    model: 'toy',
    runId: 'run',
    files: {
      [bundleFiles.model]: new Uint8Array([1]),
      [bundleFiles.signature]: JSON.stringify(signature),
      [bundleFiles.referenceProfile]: JSON.stringify(profile),
      [bundleFiles.evaluation]: JSON.stringify(evaluation),
    },
    metrics: {},
    gate: { verdict: 'pass', reasons: [] },
    createdBy: 'test',
  });
  return registry.versions.open(await registry.versions.resolve('toy', String(version)));
}

it('an imported version has nothing to be compared with', async () => {
  const tensor = { name: 'x', type: 'float32', shape: [1] };
  const signature = { kind: 'tensors', inputs: [tensor], outputs: [tensor] };
  await expect(readVersionReference(await bundleOf({ ...content, signature }))).rejects.toMatchObject({
    code: 'REPORT_WITHOUT_REFERENCE',
    message: expect.stringContaining('imported'),
  });
});

it('a profile whose counts do not fit its borders is refused, by name', async () => {
  const profile = { ...content.profile, features: { x: { ...number, counts: [1] } } };
  await expect(readVersionReference(await bundleOf({ ...content, profile }))).rejects.toMatchObject({
    code: 'REPORT_WITHOUT_REFERENCE',
    message: expect.stringContaining('profile.features.x'),
  });
});

it('an evaluation without the version itself promises nothing, and is refused', async () => {
  const evaluation = { constant: content.evaluation.network };
  await expect(readVersionReference(await bundleOf({ ...content, evaluation }))).rejects.toMatchObject({
    code: 'REPORT_WITHOUT_REFERENCE',
    message: expect.stringContaining('promise'),
  });
});

it('what a bundle says is read: profile, promise, and the bounds of its inputs', async () => {
  const reference = await readVersionReference(await bundleOf(content));
  expect(reference.profile).toEqual(content.profile);
  expect(reference.promise).toMatchObject({ rows: 10, positives: 3, metrics: { rocAuc: estimate } });
  expect(reference.bounds).toEqual({ x: { minimum: 0 } });
});

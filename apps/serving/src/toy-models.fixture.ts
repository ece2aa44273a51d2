// Imported models for tests: any graph in the registry, with its signature read from the graph.

import { openSession } from '@flightdeck/onnx';
import { bundleFiles, type ModelVersion, type Registry, type TensorGoldenRows } from '@flightdeck/registry';

/** Registers a graph as the model's next version, makes it champion, and so gives it an endpoint of its name. */
export async function promoteGraph(
  registry: Registry,
  model: string,
  bytes: Uint8Array,
  rows: TensorGoldenRows['rows'],
): Promise<ModelVersion> {
  const session = await openSession(bytes);
  const { inputs, outputs } = session;
  await session.release();
  const run = await registry.runs.start({ id: `import-${model}`, model, parameters: {}, lineage: {} });
  const version = await registry.versions.register({
    model,
    runId: run.id,
    files: {
      [bundleFiles.model]: bytes,
      [bundleFiles.signature]: JSON.stringify({ kind: 'tensors', inputs, outputs }),
      [bundleFiles.golden]: JSON.stringify({ tolerance: 1e-5, rows }),
      [bundleFiles.modelCard]: `# ${model}\n`,
    },
    metrics: {},
    gate: { verdict: 'inconclusive', reasons: ['imported'] },
    createdBy: 'a test',
  });
  await registry.aliases.set({
    model,
    version: version.version,
    alias: 'champion',
    actor: 'a test',
    reason: 'to serve it',
  });
  return version;
}

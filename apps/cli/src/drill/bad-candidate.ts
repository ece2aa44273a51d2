// The candidate of the scenario bad-model: what learning from flipped labels ends in. Every label turned round turns the sign of what
// is learnt, so it is the champion's network with its calibration negated: it says 1 - p, whatever the row.

import { bundleFiles, goldenRowsSchema, type Registry, type Transition } from '@flightdeck/registry';
import { filesOf } from './kit.ts';

/** Registers it past every gate, as a person could, and makes it the challenger. ONNX_UNSUPPORTED for an imported champion. */
export async function registerBadCandidate(registry: Registry, model: string): Promise<Transition> {
  const { replaceCalibration } = await import('@flightdeck/onnx');
  const champion = await registry.versions.resolve(model, 'champion');
  const files = await filesOf(registry, champion);
  const onnx = files[bundleFiles.model]!;
  const { replaced } = replaceCalibration(onnx, { slope: 1, intercept: 0 });
  const turned = { slope: -replaced.slope, intercept: -replaced.intercept };
  const changed = {
    ...files,
    [bundleFiles.model]: replaceCalibration(onnx, turned).bytes,
    [bundleFiles.golden]: turnedGolden(files[bundleFiles.golden]!),
  };
  const { runId, metrics } = champion;
  const gate = { verdict: 'pass' as const, reasons: ['Nobody asked: this is a drill.'] };
  const { version } = await registry.versions.register({
    ...{ model, runId, files: changed, metrics, gate },
    createdBy: 'drill',
  });
  const move = { model, alias: 'challenger', version, actor: 'drill' };
  return registry.aliases.set({ ...move, reason: 'a drill: it learned from flipped labels' });
}

/** Serving asks a version for its golden rows before it takes it, and this one is to be taken. */
function turnedGolden(bytes: Uint8Array): string {
  const golden = goldenRowsSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  const rows = golden.rows.map((row) =>
    'probability' in row ? { ...row, probability: 1 - row.probability } : row,
  );
  return JSON.stringify({ ...golden, rows });
}

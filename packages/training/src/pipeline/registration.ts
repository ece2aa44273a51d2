// What the gate's verdict leads to: a version or none, and the alias champion moved or not.

import type { ModelVersion, Registry } from '@flightdeck/registry';
import { summaryMetrics } from '../evaluation-schema.ts';
import { type BundleContent, bundleOf } from './bundle.ts';
import type { Verdict } from './evaluations.ts';
import type { ExportedModel } from './export.ts';
import type { TrainingRequest } from './request.ts';

export interface Registered {
  readonly version: ModelVersion | null;
  readonly promoted: boolean;
}

/**
 * Registers what passed, and makes it the champion if the request says so. What is inconclusive is registered for a person
 * to decide about; what failed leaves its run, and no version.
 */
export async function registerVersion(
  registry: Registry,
  content: Omit<BundleContent, 'onnx'> & {
    request: TrainingRequest;
    exported: ExportedModel;
    verdict: Verdict;
  },
): Promise<Registered> {
  const { request, model, exported, evaluations, verdict } = content;
  if (verdict.verdict === 'fail') return { version: null, promoted: false };
  const version = await registry.versions.register({
    model: model.name,
    runId: request.runId,
    files: await bundleOf({ ...content, onnx: exported.bytes }),
    metrics: summaryMetrics(evaluations.network!),
    gate: { verdict: verdict.verdict, reasons: [...verdict.reasons] },
    createdBy: 'trainer',
  });
  const promoted = request.promote && verdict.verdict === 'pass';
  if (promoted) {
    await registry.aliases.set({
      model: model.name,
      alias: 'champion',
      version: version.version,
      actor: request.actor,
      reason: request.reason,
      evidence: { runId: request.runId, gate: { verdict: verdict.verdict, reasons: [...verdict.reasons] } },
    });
  }
  return { version, promoted };
}

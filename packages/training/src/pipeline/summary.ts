// The run's answer, put together.

import { featureVersion } from '@flightdeck/features';
import { withoutResamples } from '../evaluation-schema.ts';
import type { ModelDefinition } from '../model-definition.ts';
import { type TrainingResult, trainingResultSchema } from '../training-result.ts';
import type { Candidate } from './candidates.ts';
import type { TrainingData } from './data.ts';
import type { Evaluations, Verdict } from './evaluations.ts';
import type { ExportedModel } from './export.ts';
import type { Registered } from './registration.ts';

export function summarise(run: {
  request: { readonly runId: string; readonly seed: number };
  model: ModelDefinition;
  data: TrainingData;
  network: Candidate;
  evaluations: Evaluations;
  exported: ExportedModel;
  verdict: Verdict;
  registered: Registered;
  backend: string;
  seconds: Readonly<Record<string, number>>;
  holdout: string;
}): TrainingResult {
  const {
    request,
    model,
    data,
    network,
    evaluations,
    exported,
    verdict,
    registered,
    backend,
    seconds,
    holdout,
  } = run;
  return trainingResultSchema.parse({
    runId: request.runId,
    model: model.name,
    version: registered.version?.version ?? null,
    promoted: registered.promoted,
    rows: {
      read: data.source.read,
      quarantined: data.source.quarantined,
      trained: data.train.rows,
      validation: data.validation.rows,
      test: data.test.rows,
    },
    seconds,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    test: Object.fromEntries(
      Object.entries(evaluations).map(([name, evaluation]) => [name, withoutResamples(evaluation)]),
    ),
    gate: { verdict: verdict.verdict, reasons: [...verdict.reasons] },
    onnx: { rows: exported.rows, maxAbsDiff: exported.maxAbsDiff, bytes: exported.bytes.byteLength },
    epochs: [...network.epochs],
    calibration: network.calibration,
    backend,
    seed: request.seed,
    datasetVersion: data.source.version,
    featureVersion: featureVersion(model.features),
    holdout,
  });
}

// Recalibration: where the ranking holds and only "30 %" has come to mean 20 %, two numbers are all that has to be learnt. The network
// stays, byte by byte; slope and intercept are fitted on recent production rows, and judged on later ones.

import { type Evaluation, summaryMetrics, withoutResamples } from '../../evaluation-schema.ts';
import type { ModelDefinition } from '../../model-definition.ts';
import {
  type RecalibrationRequest,
  type RecalibrationResult,
  recalibrationResultSchema,
} from '../../retraining.ts';
import { evaluateAll } from '../evaluations.ts';
import { digestProduction } from '../production-rows.ts';
import { registerVersion } from '../registration.ts';
import { asRun } from '../run-record.ts';
import { scoreFile } from '../scoring.ts';
import { startStages, type TrainingContext } from '../stages.ts';
import { type Base, openBase } from './base.ts';
import { recalibratedBundle } from './bundle.ts';
import { type FittedLine, fitLine } from './line.ts';
import { type RecalibrationRows, readRecalibrationRows } from './rows.ts';
import { judgeLine } from './verdict.ts';

/** Makes a version with the network of `request.version` and another calibration, if the gate finds that better. */
export async function recalibrateVersion(
  model: ModelDefinition,
  request: RecalibrationRequest,
  context: TrainingContext,
): Promise<RecalibrationResult> {
  const { runId, seed, actor, reason, version, fitDays, heldOutDays, promote } = request;
  const base = await openBase(model.name, version, context);
  const what = { recalibrationOf: version, fitDays, heldOutDays, seenUntil: base.seenUntil };
  const datasetVersion = await digestProduction(request.production);
  const record = { runId, seed, parameters: { actor, reason, ...what }, datasetVersion };
  return asRun({ name: model.name, features: base.features }, record, context, async (registry) => {
    const stages = startStages(context, { read: 0.3, fit: 0.2, evaluate: 0.4, register: 0.1 });
    const rows = await stages.run('read', 'Reading the matured production rows', () =>
      readRecalibrationRows(model, base, request, context),
    );
    const line = await stages.run('fit', `Fitting a calibration on ${rows.fit.rows} rows`, () =>
      fitLine(base.onnx, rows),
    );
    const evaluations = await stages.run('evaluate', `Evaluating on ${rows.test.rows} later rows`, () =>
      evaluateBoth(model, base, rows, line, seed),
    );
    const verdict = judgeLine(model.gate, heldOutDays, line, evaluations);
    const registered = await stages.run('register', 'Registering', () =>
      registerVersion(registry, {
        ...{ model: model.name, runId, actor, reason, verdict },
        alias: promote ? 'champion' : 'challenger',
        evaluation: evaluations.network,
        files: () => recalibratedBundle(model, base, rows, line, evaluations.network),
      }),
    );
    await registry.runs.finish(runId, summaryMetrics(evaluations.network));
    return recalibrationResultSchema.parse({
      ...{ runId, model: model.name, of: version, promoted: registered.promoted },
      version: registered.version?.version ?? null,
      rows: { fit: rows.fit.rows, test: rows.test.rows },
      ...{ from: rows.from, until: rows.until },
      calibration: { before: line.before, after: line.after },
      test: {
        network: withoutResamples(evaluations.network),
        champion: withoutResamples(evaluations.champion),
      },
      gate: verdict,
      onnx: line.parity,
      seconds: stages.seconds,
    });
  });
}

/** Both files on the same held-out rows. What is rare is counted on the rows of the fit: those of the training are far away. */
async function evaluateBoth(
  model: ModelDefinition,
  { onnx }: Base,
  { fit, test }: RecalibrationRows,
  { testScores, threshold }: FittedLine,
  seed: number,
): Promise<{ network: Evaluation; champion: Evaluation }> {
  const scores = { network: testScores, champion: await scoreFile(onnx, test) };
  const { network, champion } = evaluateAll(model, { train: fit, test }, scores, null, threshold, seed);
  return { network: network!, champion: champion! };
}

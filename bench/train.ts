// npm run bench:train: the whole training run on all training rows, over a million. Target: five minutes, with the quality
// that the model card states.

import { systemClock } from '@flightdeck/core';
import { runTraining } from '@flightdeck/training/pipeline';
import { report, timed, withTemporaryHome } from './measure.ts';

await withTemporaryHome(async (home) => {
  const request = {
    runId: 'bench',
    model: 'flight-delay',
    rows: null,
    seed: 1,
    actor: 'bench',
    reason: 'benchmark',
    promote: true,
  };
  const { seconds, result } = await timed(() =>
    runTraining(request, {
      home,
      clock: systemClock,
      onProgress: ({ fraction, message }) => console.error(`${Math.round(fraction * 100)} % ${message}`),
      log: () => {},
    }),
  );
  const metrics = Object.fromEntries(
    Object.entries(result.test).map(([name, evaluation]) => [name, evaluation.metrics]),
  );
  const { network, logistic } = metrics;
  const { rows, epochs, gate, onnx, backend, seed } = result;
  await report(
    'train',
    {
      seconds: { ...result.seconds, total: seconds },
      rows,
      test: metrics,
      epochs,
      gate,
      onnx,
      backend,
      seed,
    },
    {
      overAMillionRows: rows.trained > 1_000_000,
      underFiveMinutes: seconds < 300,
      rocAucAtLeast0917: network!.rocAuc.value >= 0.917,
      eceAtMost0006: network!.ece.value <= 0.006,
      aheadOfLogistic: network!.rocAuc.value > logistic!.rocAuc.value && gate.verdict === 'pass',
    },
  );
});

// Service health, from the log: how many predictions were answered, how many failed and with which code, and how fast.

import { type BlockSums, sliceBlocks, totalOf } from '@flightdeck/stats';
import { count, percent } from './figures.ts';
import type { JudgementContext } from './judgement.ts';
import { type Report, worst } from './report-schema.ts';
import { foundIn, judgeShare } from './share-item.ts';
import { latencyBins, serviceLayout, type WindowSketch } from './window-sketch.ts';

export function serviceOf({ service, failures }: WindowSketch, context: JudgementContext): Report['service'] {
  const { policy } = context;
  const [answered = 0, failed = 0] = totalOf(service);
  const latencies = totalOf(sliceBlocks(service, serviceLayout.latency, serviceLayout.width));
  const items = [
    judgeShare(
      {
        item: 'service:failed',
        what: `Failed predictions${codes(failures)}`,
        counts: failedOf(service),
        reference: 0,
        allowed: policy.service.failed,
        persistence: policy.persistence.service,
      },
      context,
    ),
    judgeShare(
      {
        item: 'service:slow',
        what: `Answers slower than ${policy.service.slowMs} ms`,
        counts: slowOf(service, policy.service.slowMs),
        reference: 0,
        allowed: policy.service.slow,
        persistence: policy.persistence.service,
      },
      context,
    ),
  ];
  return {
    verdict: worst(items.map(({ verdict }) => verdict)),
    items,
    answered,
    failed,
    failures,
    latencyMs:
      answered === 0
        ? null
        : {
            p50: latencyAt(latencies, 0.5),
            p95: latencyAt(latencies, 0.95),
            p99: latencyAt(latencies, 0.99),
          },
  };
}

function codes(failures: WindowSketch['failures']): string {
  const most = Object.entries(failures).sort(([, a], [, b]) => b - a);
  if (most.length === 0) return '';
  const all = most.reduce((sum, [, n]) => sum + n, 0);
  const named = most.slice(0, 3).map(([code, n]) => `${code} ${percent(n / all)}`);
  return ` (${named.join(', ')}${most.length > 3 ? `, ${count(most.length - 3)} more codes` : ''})`;
}

function failedOf(service: BlockSums): BlockSums {
  return foundIn(
    service,
    (sums) => sums[serviceLayout.failed]!,
    (sums) => sums[serviceLayout.answered]! + sums[serviceLayout.failed]!,
  );
}

function slowOf(service: BlockSums, slowMs: number): BlockSums {
  // The first bin that lies above the limit; the bin that holds the limit counts as fast.
  const first = Math.floor(Math.log(slowMs / latencyBins.smallestMs) / Math.log(latencyBins.growth)) + 1;
  return foundIn(
    service,
    (sums) => sums.subarray(serviceLayout.latency + first).reduce((sum, n) => sum + n, 0),
    (sums) => sums[serviceLayout.answered]!,
  );
}

/** The geometric middle of the bin in which the quantile lies. */
function latencyAt(bins: Float64Array, probability: number): number {
  const { smallestMs, growth } = latencyBins;
  let left = probability * bins.reduce((sum, n) => sum + n, 0);
  let bin = 0;
  while (bin < bins.length - 1 && left > bins[bin]!) left -= bins[bin++]!;
  return smallestMs * growth ** (bin + 0.5);
}

// A report in its numbers: what a page of many windows shows. A report is some 85 kB, this is 4.

import type { AlarmLimits, DriftNumbers, Finding, WindowNumbers } from '@flightdeck/admin-api';
import { type AlarmPolicy, itemsOf, type Report } from '@flightdeck/monitoring';

export function numbersOf(report: Report): WindowNumbers {
  const { version, window, madeAt, verdict, drift, service, quality } = report;
  const { features, score } = drift;
  return {
    ...{ version, from: window.from, to: window.to, madeAt, verdict },
    findings: findingsOf(report),
    drift: [driftNumbers(null, score), ...features.map((each) => driftNumbers(each.feature, each))],
    service: {
      verdict: service.verdict,
      answered: service.answered,
      failed: service.failed,
      failures: service.failures,
      latencyMs: service.latencyMs,
    },
    dataQuality: { verdict: report.dataQuality.verdict },
    quality: {
      verdict: quality.verdict,
      rows: quality.rows,
      positives: quality.positives,
      coverage: quality.coverage,
      metrics: quality.metrics,
      eceNoise: quality.eceNoise,
      cause: quality.cause,
      because: quality.because,
      labelsSuspect: quality.labelsSuspect,
    },
  };
}

function driftNumbers(feature: string | null, { item }: Report['drift']['score']): DriftNumbers {
  const { effect, verdict, exceeds, streak } = item;
  return { feature, value: effect.value, verdict, exceeds, streak };
}

/** A report's own order is not enough: `reasons` has no items, and alarms come before what is only undecided. */
function findingsOf(report: Report): Finding[] {
  const found = itemsOf(report).filter(({ verdict }) => verdict !== 'ok');
  const rank = (verdict: Finding['verdict']) => ['degraded', 'drifted', 'inconclusive'].indexOf(verdict);
  return found
    .toSorted((a, b) => rank(a.verdict) - rank(b.verdict))
    .map(({ item, verdict, message }) => ({ item, verdict, message }));
}

export function limitsOf({ minimum, persistence, drift, quality }: AlarmPolicy): AlarmLimits {
  return {
    minimumRows: minimum.rows,
    minimumBlocks: minimum.blocks,
    persistence,
    stabilityIndex: drift.stabilityIndex,
    unwatched: drift.unwatched,
    coverage: quality.coverage,
  };
}

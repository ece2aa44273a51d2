// Reports in a sentence a section, for people who look at the loop.

import type { ReportSummary, SectionName } from '@flightdeck/admin-api';
import type { itemsOf, Report } from '@flightdeck/monitoring';

type Items = ReturnType<typeof itemsOf>;
type Verdict = Report['verdict'];

export function summaryOf(report: Report): ReportSummary {
  const { endpoint, version, window, verdict, service, dataQuality, drift, quality } = report;
  const drifts = [...drift.features, drift.score].map(({ item }) => item);
  const section = (name: SectionName, own: { readonly verdict: Verdict }, items: Items) => ({
    name,
    verdict: own.verdict,
    sentence: sentenceOf(own.verdict, items),
  });
  return {
    ...{ endpoint, version, verdict, from: window.from, to: window.to },
    sections: [
      section('service', service, service.items),
      section('dataQuality', dataQuality, dataQuality.items),
      section('drift', drift, drifts),
      section('quality', quality, quality.items),
    ],
  };
}

function sentenceOf(verdict: Verdict, items: Items): string {
  if (verdict === 'ok') return `${items.length} checks, and none has found anything.`;
  const [first, ...others] = items.filter((item) => item.verdict === verdict);
  if (!first) return 'Nothing could be judged.';
  return others.length === 0 ? first.message : `${first.message} And ${others.length} more.`;
}

/** Of each of an endpoint's latest windows the report, the shortest window first; the versions of one in their order. */
export function summariesAt(endpoint: string, latest: readonly Report[]): readonly ReportSummary[] {
  const length = ({ window }: Report) => window.to - window.from;
  return latest
    .filter((report) => report.endpoint === endpoint)
    .toSorted((a, b) => length(a) - length(b) || a.version - b.version)
    .map(summaryOf);
}

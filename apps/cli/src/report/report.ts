// The report: one run as a page that can be shown to somebody. One file, no script, no request to anywhere.

import { type Html, html } from '@flightdeck/core';
import type { Lineage } from '@flightdeck/registry';
import type { TrainingResult } from '@flightdeck/training/result';
import type { DemoSummary } from '../demo/summary-schema.ts';
import { loopSection } from './loop-sections.ts';
import { header } from './opening.ts';
import {
  dataSection,
  gateSection,
  lineageSection,
  servingSection,
  timeSection,
} from './operations-sections.ts';
import { curvesSection, decisionsSection, metricsSection, slicesSection } from './quality-sections.ts';
import { style } from './style.ts';

export interface ReportInput {
  readonly summary: DemoSummary;
  readonly result: TrainingResult;
  /** What the probability is of, as the end of a sentence. */
  readonly positive: string;
  /** What ingestion found; empty where it is not known. */
  readonly findings: readonly {
    readonly expectation: string;
    readonly severity: string;
    readonly broken: number;
    readonly holds: boolean;
  }[];
  readonly lineage: Lineage;
  /** ISO 8601. */
  readonly writtenAt: string;
}

/** A whole HTML document. `result.test` must have `network` and `logistic`. */
export function renderReport(input: ReportInput): string {
  const { summary } = input;
  const sections: readonly (Html | null)[] = [
    loopSection(input),
    metricsSection(input),
    curvesSection(input),
    slicesSection(input),
    decisionsSection(input),
    gateSection(input),
    servingSection(input),
    timeSection(input),
    dataSection(input),
    lineageSection(input),
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Flightdeck">
<title>${summary.model}: training report</title>
<style>${{ html: style }}</style>
</head>
<body>
${header(input)}
<main>
${sections.filter((section) => section !== null)}
<footer>Written by <code>npx flightdeck demo</code>. The numbers are in summary.json beside this file.</footer>
</main>
</body>
</html>
`;
  return page.html;
}

// The report on one version at one endpoint in one window, from its sketch. A pure function: the same sketch, reference and policy give the
// same report.

import { FlightdeckError } from '@flightdeck/core';
import type { AlarmPolicy } from './alarm-policy.ts';
import { dataQualityOf } from './data-quality-section.ts';
import { driftOf } from './drift-section.ts';
import { moment } from './figures.ts';
import { qualityOf } from './quality-section.ts';
import { itemsOf, type Report, verdicts, worst } from './report-schema.ts';
import { serviceOf } from './service-section.ts';
import type { VersionReference } from './version-reference.ts';
import type { WindowSketch } from './window-sketch.ts';

export interface ReportRequest {
  readonly sketch: WindowSketch;
  readonly reference: VersionReference;
  readonly policy: AlarmPolicy;
  /** Milliseconds since 1970 UTC, on the clock of the events: labels are missing only once they have had their time. */
  readonly now: number;
  /** The report of the window before, for alarms that take several in a row. Null for the first. */
  readonly previous: Report | null;
}

/** REPORT_ORDER where the previous report is of another version or of a window that is not before this one. */
export function reportOf({ sketch, reference, policy, now, previous }: ReportRequest): Report {
  const { model, endpoint, version, from, to } = sketch.subject;
  requireOrder(sketch, previous);
  const context = { policy, previous };
  const sections = {
    service: serviceOf(sketch, context),
    dataQuality: dataQualityOf(sketch, reference, context),
    drift: driftOf(sketch, reference, context),
    quality: qualityOf(sketch, reference, now, context),
  };
  const report = {
    model,
    endpoint,
    version,
    window: { from, to },
    madeAt: now,
    blocks: { minutes: sketch.blockMinutes, count: sketch.service.blocks.size },
    verdict: worst(Object.values(sections).map(({ verdict }) => verdict)),
    reasons: [],
    ...sections,
  };
  return { ...report, reasons: reasonsOf(report) };
}

function reasonsOf(report: Report): string[] {
  const rank = (verdict: Report['verdict']) => verdicts.indexOf(verdict);
  return itemsOf(report)
    .filter(({ verdict }) => verdict !== 'ok')
    .sort((a, b) => rank(b.verdict) - rank(a.verdict))
    .map(({ message }) => message);
}

function requireOrder({ subject }: WindowSketch, previous: Report | null): void {
  if (previous === null) return;
  const isSame = (['model', 'endpoint', 'version'] as const).every((key) => previous[key] === subject[key]);
  if (isSame && previous.window.to <= subject.from) return;
  throw new FlightdeckError(
    'REPORT_ORDER',
    `The previous report is of ${previous.model} v${previous.version} at ${previous.endpoint} until ${moment(previous.window.to)}; ` +
      `this window is of ${subject.model} v${subject.version} at ${subject.endpoint} from ${moment(subject.from)}. Pass the report of the window before, or none.`,
  );
}

// Makes the reports that are due: sketches a window inside DuckDB, compares it with what the version brings from its training, and puts
// the report into the registry, in the place of an earlier one about the same window.

import { type Report, reportOf, sketchWindow, type VersionReference } from '@flightdeck/monitoring';
import type { Json, Registry } from '@flightdeck/registry';
import type { LogLook } from '../live-log.ts';
import type { ModelPolicy, WindowPolicy } from '../policy.ts';
import type { LogView } from '../rollouts/look.ts';
import { dueWindows, type Traffic, type Window } from '../windows.ts';
import type { ReportsMade } from './reports-made.ts';
import type { VersionReferences } from './version-references.ts';

export interface ReportDesk {
  readonly registry: Registry;
  readonly made: ReportsMade;
  readonly references: VersionReferences;
}

export interface ReportProblem {
  readonly window: Window;
  readonly error: unknown;
}

export interface ModelLog extends LogView, Pick<LogLook, 'traffic'> {
  readonly model: string;
}

/** After a long pause many are due, and rollouts should not wait for all of them. */
const mostAtOnce = 20;

/** Reports what is due of a model, oldest first. What fails is returned, and tried again at the next call. */
export async function makeReports(
  desk: ReportDesk,
  log: ModelLog,
  { windows }: ModelPolicy,
): Promise<readonly ReportProblem[]> {
  const problems: ReportProblem[] = [];
  for (const policy of windows) problems.push(...(await makeReportsOf(desk, log, policy)));
  return problems;
}

async function makeReportsOf(
  desk: ReportDesk,
  log: ModelLog,
  policy: WindowPolicy,
): Promise<readonly ReportProblem[]> {
  const traffic = log.traffic(policy.stepMinutes);
  for (const version of versionsIn(traffic)) await desk.made.load(version);
  const problems: ReportProblem[] = [];
  let tried = 0;
  for (const window of dueWindows(traffic, desk.made.madeAt, policy, log.now)) {
    try {
      const reference = await desk.references.of(log.model, window.version);
      if (reference === null) continue;
      if (++tried > mostAtOnce) break;
      await makeReport(desk, log, window, reference, policy);
    } catch (error) {
      problems.push({ window, error });
    }
  }
  return problems;
}

function versionsIn(traffic: readonly Traffic[]): Iterable<Traffic> {
  return new Map(traffic.map((one) => [JSON.stringify([one.endpoint, one.version]), one])).values();
}

async function makeReport(
  { registry, made }: ReportDesk,
  { model, read, now }: ModelLog,
  window: Window,
  reference: VersionReference,
  { alarms: policy }: WindowPolicy,
): Promise<void> {
  const scope = { subject: { model, ...window }, blockMinutes: policy.blockMinutes };
  const during = { from: window.from, until: window.to };
  const sketch = await read(during, (database) => sketchWindow(database, scope, reference));
  const report = reportOf({ sketch, reference, policy, now, previous: made.before(window) });
  await store(registry, report);
  made.add(report);
}

async function store({ reports }: Registry, report: Report): Promise<void> {
  const { endpoint, model, version, window, verdict } = report;
  const [from, until] = [iso(window.from), iso(window.to)];
  await reports.put({ endpoint, model, version, from, until, verdict, content: report as unknown as Json });
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

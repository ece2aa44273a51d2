// The latest reports of each version at each endpoint, as the registry has them: read once, then kept, because a report is large and is
// asked for at every tick.

import { type Report, reportSchema } from '@flightdeck/monitoring';
import type { Registry, StoredReport } from '@flightdeck/registry';
import type { Window } from '../windows.ts';

type OfVersion = Pick<Window, 'endpoint' | 'version'>;

/** All but `load` speak of what was loaded. */
export interface ReportsMade {
  /** Reads what there is of the version, if that has not been done yet. */
  load(of: OfVersion): Promise<void>;
  add(report: Report): void;
  /** When the window's report was made; undefined where it is to be made. */
  madeAt(window: Window): number | undefined;
  /** The latest report of a window of the same version and length that ended before this one began. */
  before(window: Window): Report | null;
  /** Latest windows first. */
  of(version: OfVersion): readonly Report[];
  /** All of an endpoint, in no order. */
  at(endpoint: string): readonly Report[];
  /** Those of each endpoint's latest window of a length, one a version: what the gauges show. */
  latest(): readonly Report[];
}

/** Half a year of days, or a week of hours. A window that is older than all of these counts as reported. */
const kept = 180;

export function reportsMade({ reports }: Pick<Registry, 'reports'>): ReportsMade {
  const versions = new Map<string, { readonly reports: readonly Report[]; readonly bound: number }>();

  function keep(key: string, latestFirst: readonly Report[], bound: number): void {
    const oldest = latestFirst.length < kept ? bound : latestFirst[kept - 1]!.window.to;
    versions.set(key, { reports: latestFirst.slice(0, kept), bound: oldest });
  }

  return {
    async load({ endpoint, version }) {
      const key = keyOf({ endpoint, version });
      if (versions.has(key)) return;
      const found = await reports.list({ endpoint, version, limit: kept });
      keep(key, found.map(reportIn), Number.NEGATIVE_INFINITY);
    },
    add(report) {
      const known = versions.get(keyOf(report))!;
      const others = known.reports.filter(({ window }) => spanOf(window) !== spanOf(report.window));
      keep(
        keyOf(report),
        [report, ...others].sort((a, b) => b.window.to - a.window.to),
        known.bound,
      );
    },
    madeAt(window) {
      const known = versions.get(keyOf(window))!;
      if (window.to < known.bound) return Number.POSITIVE_INFINITY;
      return known.reports.find((report) => spanOf(report.window) === spanOf(window))?.madeAt;
    },
    before(window) {
      const isBefore = (report: Report) =>
        lengthOf(report.window) === lengthOf(window) && report.window.to <= window.from;
      return versions.get(keyOf(window))!.reports.find(isBefore) ?? null;
    },
    of: (version) => versions.get(keyOf(version))?.reports ?? [],
    at: (endpoint) =>
      [...versions.values()].flatMap(({ reports: own }) =>
        own.filter((report) => report.endpoint === endpoint),
      ),
    latest() {
      const all = [...versions.values()].flatMap((known) => known.reports);
      const places = Map.groupBy(all, ({ endpoint, window }) => JSON.stringify([endpoint, lengthOf(window)]));
      return [...places.values()].flatMap((own) => {
        const newest = Math.max(...own.map(({ window }) => window.to));
        return own.filter(({ window }) => window.to === newest);
      });
    },
  };
}

/** What the controller that does not lead has not loaded is read: the newest are enough to see the latest windows. */
export async function latestReports(
  { reports }: Pick<Registry, 'reports'>,
  made: ReportsMade,
  endpoint: string,
): Promise<readonly Report[]> {
  const known = made.latest().filter((report) => report.endpoint === endpoint);
  if (known.length > 0) return known;
  return (await reports.list({ endpoint, limit: 2 })).map(reportIn);
}

function keyOf({ endpoint, version }: OfVersion): string {
  return JSON.stringify([endpoint, version]);
}

type Span = Report['window'];

function spanOf({ from, to }: Span): string {
  return `${from} ${to}`;
}

export function lengthOf({ from, to }: Span): number {
  return to - from;
}

export function reportIn({ content }: StoredReport): Report {
  return reportSchema.parse(content);
}

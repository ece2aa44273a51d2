// What reports have found over time, bounded: which reports there are is asked anew each time, what is in one is read once and kept as its
// numbers for as long as the report stays the same.

import type { DriftWindowAnswer, MonitoredEndpoint, WindowNumbers } from '@flightdeck/admin-api';
import { FlightdeckError } from '@flightdeck/core';
import type { Report } from '@flightdeck/monitoring';
import type { Registry, ReportHead } from '@flightdeck/registry';
import { reportIn } from '../reports/reports-made.ts';
import { numbersOf } from './window-numbers.ts';

export interface HistoryQuery {
  readonly endpoint: string;
  /** All of them, where it is left out. */
  readonly version?: number;
  readonly lengthMinutes: number;
  /** The latest so many windows. */
  readonly limit: number;
}

export interface WindowQuery {
  readonly endpoint: string;
  readonly version: number;
  readonly from: number;
  readonly to: number;
  /** The score, where it is left out. */
  readonly feature?: string;
}

export interface ReportHistory {
  endpoints(): Promise<readonly MonitoredEndpoint[]>;
  /** The earliest first. */
  windows(query: HistoryQuery): Promise<readonly WindowNumbers[]>;
  /** REPORT_NOT_FOUND, FEATURE_NOT_FOUND. */
  window(query: WindowQuery): Promise<DriftWindowAnswer>;
}

/** More windows back nobody looks. */
const lookBack = 500;
/** Of 4 kB each. */
const mostKept = 2_000;

export function reportHistory({
  reports,
  endpoints,
}: Pick<Registry, 'reports' | 'endpoints'>): ReportHistory {
  const kept = new Map<string, WindowNumbers>();

  async function numbers(head: ReportHead): Promise<WindowNumbers> {
    const key = JSON.stringify([head.endpoint, head.version, head.from, head.until, head.madeAt]);
    const known = kept.get(key) ?? numbersOf(reportIn((await reports.find(head))!));
    kept.delete(key);
    kept.set(key, known);
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
    return known;
  }

  return {
    async endpoints() {
      const found = await Promise.all(
        (await endpoints.list()).map(async ({ name, model }) => {
          const heads = await reports.heads({ endpoint: name, limit: lookBack });
          const versions = [...new Set(heads.map(({ version }) => version))];
          const lengths = [...new Set(heads.map(lengthIn))].sort((a, b) => a - b);
          return { endpoint: name, model, versions, lengths };
        }),
      );
      return found.filter(({ versions }) => versions.length > 0);
    },

    async windows({ endpoint, version, lengthMinutes, limit }) {
      const heads = await reports.heads({
        ...{ endpoint, limit: lookBack },
        ...(version !== undefined && { version }),
      });
      const wanted = heads.filter((head) => lengthIn(head) === lengthMinutes).slice(0, limit);
      const all: WindowNumbers[] = [];
      // One after the other: each that is not kept is a large document.
      for (const head of wanted) all.push(await numbers(head));
      return all.toSorted((a, b) => a.from - b.from || a.version - b.version);
    },

    async window({ endpoint, version, from, to, feature }) {
      const { model } = await endpoints.get(endpoint);
      const key = { endpoint, model, version, from: iso(from), until: iso(to) };
      const stored = await reports.find(key);
      if (!stored) throw reportNotFound(key);
      const report = reportIn(stored);
      return {
        window: numbersOf(report),
        dataQuality: report.dataQuality,
        distribution: feature === undefined ? report.drift.score : featureIn(report, feature),
      };
    },
  };
}

function lengthIn({ from, until }: ReportHead): number {
  return (Date.parse(until) - Date.parse(from)) / 60_000;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function featureIn({ drift, version }: Report, feature: string): Report['drift']['score'] {
  const found = drift.features.find((each) => each.feature === feature);
  if (found) return found;
  throw new FlightdeckError(
    'FEATURE_NOT_FOUND',
    `Version ${version} has no feature ${feature}. It has ${drift.features.map((each) => each.feature).join(', ')}.`,
  );
}

function reportNotFound({ endpoint, version, from, until }: Omit<ReportHead, 'verdict' | 'madeAt'>) {
  return new FlightdeckError(
    'REPORT_NOT_FOUND',
    `Endpoint ${endpoint} has no report on version ${version} from ${from} to ${until}. GET /v1/reports lists what there is.`,
  );
}

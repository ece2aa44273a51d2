// One endpoint in full: beside its head what can be done with it, and how its requests have fared.

import type { EndpointAnswer, ServiceWindow } from '@flightdeck/admin-api';
import type { Report } from '@flightdeck/monitoring';
import type { Endpoint, Registry } from '@flightdeck/registry';
import type { ReportsMade } from '../reports/reports-made.ts';
import { headOfEndpoint } from './endpoint-head.ts';

export interface EndpointDesk {
  readonly registry: Registry;
  readonly made: ReportsMade;
  /** By model, the event time that its log has reached. */
  readonly times: ReadonlyMap<string, number>;
}

export async function answerOf(
  { registry, made, times }: EndpointDesk,
  endpoint: Endpoint,
): Promise<EndpointAnswer> {
  const { name, model } = endpoint;
  const summary = (await registry.models.list()).find((one) => one.name === model);
  return {
    ...(await headOfEndpoint(registry, endpoint)),
    champion: summary?.aliases.champion ?? null,
    before: await registry.aliases.rollbackTarget(model, 'champion'),
    challenger: summary?.aliases.challenger ?? null,
    latest: summary?.latest ?? null,
    now: times.get(model) ?? null,
    service: serviceOf(made.at(name)),
  };
}

/** So many windows of each version. */
const shown = 90;

/** Of the shortest windows that are reported: they see most. */
export function serviceOf(reports: readonly Report[]): readonly ServiceWindow[] {
  const length = ({ window }: Report) => window.to - window.from;
  const shortest = Math.min(...reports.map(length));
  const versions = Map.groupBy(
    reports.filter((report) => length(report) === shortest),
    ({ version }) => version,
  );
  return [...versions.values()]
    .flatMap((own) => own.toSorted((a, b) => a.window.from - b.window.from).slice(-shown))
    .map(({ version, window, service: { answered, failed, failures, latencyMs } }) => ({
      ...{ version, from: window.from, to: window.to, answered, failed, failures, latencyMs },
    }))
    .sort((a, b) => a.from - b.from || a.version - b.version);
}

// Reports: the list, and one as JSON or as a page.

import { FlightdeckError } from '@flightdeck/core';
import { type AlarmPolicy, type Report, reportPage } from '@flightdeck/monitoring';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { longestWindow, type ModelPolicy } from '../policy.ts';
import { lengthOf, reportIn } from '../reports/reports-made.ts';
import { id, limit, queryOf } from './parse.ts';

const listQuery = z.strictObject({
  endpoint: id.optional(),
  version: z.coerce.number().int().positive().optional(),
  limit,
});

/** ISO 8601. */
const moment = z.iso.datetime().transform((time) => new Date(time).toISOString());

const oneQuery = z.strictObject({
  endpoint: id,
  version: z.coerce.number().int().positive(),
  /** Where the window begins; and where it ends, if windows of several lengths begin there. */
  from: moment,
  to: moment.optional(),
  format: z.enum(['json', 'html']).default('json'),
});

/** More windows back nobody looks by address. */
const lookBack = 500;

export function reportRoutes(app: FastifyInstance, { registry, policyOf }: AppDeps): void {
  app.get('/v1/reports', { config: { needs: 'read' } }, async (request) => {
    const { endpoint, version, limit } = queryOf(request, listQuery);
    const only = { ...(endpoint !== undefined && { endpoint }), ...(version !== undefined && { version }) };
    return { reports: await registry.reports.heads({ ...only, limit }) };
  });

  app.get('/v1/reports/:endpoint/:version/:from', { config: { needs: 'read' } }, async (request, reply) => {
    const { endpoint, version, from, to, format } = queryOf(request, oneQuery);
    const heads = await registry.reports.heads({ endpoint, version, limit: lookBack });
    const head = heads.find((report) => report.from === from && (to === undefined || report.until === to));
    const found = head && (await registry.reports.find(head));
    if (!found) throw reportNotFound(endpoint, version, from);
    if (format === 'json') return found;
    const report = reportIn(found);
    const alarms = alarmsOf(await policyOf(found.model), report);
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(reportPage(report, alarms));
  });
}

/** Those of its window's length; a policy that has changed since may no longer know it. */
function alarmsOf(policy: ModelPolicy, { window }: Report): AlarmPolicy {
  const own = policy.windows.find(({ lengthMinutes }) => lengthMinutes * 60_000 === lengthOf(window));
  return (own ?? longestWindow(policy)).alarms;
}

function reportNotFound(endpoint: string, version: number, from: string): FlightdeckError {
  return new FlightdeckError(
    'REPORT_NOT_FOUND',
    `Endpoint ${endpoint} has no report on version ${version} from ${from}. GET /v1/reports lists what there is.`,
  );
}

// POST /v1/alerts: Alertmanager's webhook, version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). It repeats
// what is not answered with 2xx, and what fires on.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { alertSchema, type Taken } from '../retrainings/alerts.ts';
import { taken } from './errors.ts';
import { bodyOf } from './parse.ts';

/** Loose: what else Alertmanager tells, now or in a later version, is not ours to refuse. */
const payload = z.looseObject({ version: z.literal('4'), alerts: z.array(alertSchema).max(10_000) });

export function alertRoute(app: FastifyInstance, { alerts, times }: AppDeps): void {
  app.post('/v1/alerts', { config: { needs: 'alerts', writes: true } }, async (request, reply) => {
    const counts: Record<Taken, number> = { accepted: 0, duplicate: 0, resolved: 0, ignored: 0 };
    const by = request.keyName ?? 'alertmanager';
    for (const alert of bodyOf(request, payload).alerts) {
      const now = times.get(alert.labels.model ?? '');
      counts[await alerts.take(alert, by, now)]++;
    }
    return reply.code(taken).send(counts);
  });
}

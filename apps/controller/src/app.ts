// The controller over HTTP: every route, by hand. It gets all that it needs as arguments and touches nothing global.

import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import type { OverviewAnswer } from '@flightdeck/admin-api';
import { FlightdeckError, systemClock } from '@flightdeck/core';
import type { RetrainingQueue } from '@flightdeck/queue';
import type { Registry } from '@flightdeck/registry';
import type { RolloutDecision } from '@flightdeck/rollout';
import Fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify';
import type { DecisionLog } from './decision-log.ts';
import type { Experiments } from './experiments/experiments.ts';
import { alertRoute } from './http/alert-route.ts';
import { authenticate } from './http/authentication.ts';
import { bullBoard, bullBoardPath } from './http/bull-board.ts';
import type { ChangeFeed } from './http/change-feed.ts';
import { changeRoute } from './http/change-route.ts';
import { consoleFiles, consoleFolder } from './http/console-files.ts';
import { driftRoutes } from './http/drift-routes.ts';
import { endpointRoutes } from './http/endpoint-routes.ts';
import { answerError, answerNotFound } from './http/errors.ts';
import { experimentRoutes } from './http/experiment-routes.ts';
import type { Keys } from './http/keys.ts';
import { modelRoutes } from './http/model-routes.ts';
import { overviewRoutes } from './http/overview-routes.ts';
import { predictionRoutes } from './http/prediction-routes.ts';
import { questionRoutes } from './http/question-routes.ts';
import { queueRoutes } from './http/queue-routes.ts';
import { reportRoutes } from './http/report-routes.ts';
import { retrainingRoutes } from './http/retraining-routes.ts';
import { rolloutRoutes } from './http/rollout-routes.ts';
import { runRoutes } from './http/run-routes.ts';
import { sessionRoutes, sessionStore } from './http/sessions.ts';
import { statusRoutes } from './http/status-routes.ts';
import type { LogPlace } from './live-log.ts';
import type { Promotions } from './models/promotion.ts';
import type { ModelPolicy } from './policy.ts';
import type { Predictions } from './predictions/predictions.ts';
import type { ReportsMade } from './reports/reports-made.ts';
import type { Alerts } from './retrainings/alerts.ts';
import type { Retrainings } from './retrainings/retrainings.ts';
import type { Rollouts } from './rollouts/rollouts.ts';
import type { LoopState } from './tick-loop.ts';

export interface AppDeps {
  readonly registry: Registry;
  readonly queue: RetrainingQueue;
  readonly decisions: DecisionLog;
  readonly rollouts: Rollouts;
  readonly retrainings: Retrainings;
  readonly experiments: Experiments;
  readonly promotions: Promotions;
  readonly alerts: Alerts;
  readonly predictions: Predictions;
  readonly policyOf: (model: string) => Promise<ModelPolicy>;
  /** By model, the event time that its log has reached. */
  readonly times: ReadonlyMap<string, number>;
  readonly timeOf: (model: string) => number | null;
  /** Where prediction logs are, and what reading them may take. */
  readonly place: LogPlace;
  /** By rollout, what the last look at its evidence found. */
  readonly looks: ReadonlyMap<string, RolloutDecision>;
  readonly made: ReportsMade;
  readonly overview: (model: string | undefined) => Promise<OverviewAnswer>;
  readonly loop: () => LoopState;
  readonly changes: ChangeFeed;
  readonly renderMetrics: () => Promise<string>;
  /** Where questions are put to the model. */
  readonly serving: { readonly url: string; readonly key: string | undefined };
  readonly keys: Keys | undefined;
  readonly logger: FastifyServerOptions['logger'];
}

const saneRequestId = /^[A-Za-z0-9._-]{1,128}$/;

export function buildApp(deps: AppDeps): FastifyInstance {
  const app = Fastify({
    logger: deps.logger ?? false,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && saneRequestId.test(given) ? given : randomUUID();
    },
    requestTimeout: 30_000,
  });
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(answerError);
  app.setNotFoundHandler({}, answerNotFound);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'x-request-id': request.id });
  });
  const access = { keys: deps.keys, sessions: sessionStore(systemClock) };
  app.register(cookie, { hook: false });
  authenticate(app, access);
  leaderWrites(app, deps);
  indexRoute(app, deps);
  sessionRoutes(app, access);
  changeRoute(app, deps);
  statusRoutes(app, deps);
  reportRoutes(app, deps);
  rolloutRoutes(app, deps);
  retrainingRoutes(app, deps);
  experimentRoutes(app, deps);
  alertRoute(app, deps);
  overviewRoutes(app, deps);
  endpointRoutes(app, deps);
  modelRoutes(app, deps);
  runRoutes(app, deps);
  driftRoutes(app, deps);
  queueRoutes(app, deps);
  predictionRoutes(app, deps);
  questionRoutes(app, deps);
  bullBoard(app, deps);
  app.register(consoleFiles, { folder: consoleFolder });
  return app;
}

/** Of two controllers one decides. What the other is asked to change would be changed under its feet. */
function leaderWrites(app: FastifyInstance, { loop }: AppDeps): void {
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (!routeOptions.config.writes || loop().leads) return;
    throw new FlightdeckError(
      'NOT_LEADING',
      'Another controller leads over this state directory, or this one has not begun yet. Ask the other one, or try again.',
      { retryable: true },
    );
  });
}

/** Before the other routes: it lists what is registered from here on. */
function indexRoute(app: FastifyInstance, { keys }: AppDeps): void {
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    if (method !== 'HEAD' && !url.startsWith(bullBoardPath))
      routes.push(`${String(method)} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
  app.get('/v1', { config: { needs: 'open' } }, async () => ({
    name: 'flightdeck controller',
    authorization: keys
      ? 'Send Authorization: Bearer KEY.'
      : 'No key is needed: it listens to its own machine only.',
    routes,
  }));
}

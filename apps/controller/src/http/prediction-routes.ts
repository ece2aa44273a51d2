// For the console: predictions: search, one of them, review and labels.

import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app.ts';

export function predictionRoutes(_app: FastifyInstance, _deps: AppDeps): void {}

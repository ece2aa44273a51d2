// For the console: questions to the model, passed on to serving.

import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app.ts';

export function questionRoutes(_app: FastifyInstance, _deps: AppDeps): void {}

// For the console: the loop at a glance.

import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app.ts';

export function overviewRoutes(_app: FastifyInstance, _deps: AppDeps): void {}

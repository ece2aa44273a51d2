// For the console: jobs and flows.

import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app.ts';

export function queueRoutes(_app: FastifyInstance, _deps: AppDeps): void {}

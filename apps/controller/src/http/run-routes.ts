// For the console: runs.

import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app.ts';

export function runRoutes(_app: FastifyInstance, _deps: AppDeps): void {}

// For the console: models, their versions and aliases.

import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app.ts';

export function modelRoutes(_app: FastifyInstance, _deps: AppDeps): void {}

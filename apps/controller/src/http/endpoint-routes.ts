// For the console: endpoints: traffic, shadows, the rollout under way, how requests fare.

import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app.ts';

export function endpointRoutes(_app: FastifyInstance, _deps: AppDeps): void {}

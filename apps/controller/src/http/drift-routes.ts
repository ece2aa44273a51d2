// For the console: how features and scores have moved over time.

import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app.ts';

export function driftRoutes(_app: FastifyInstance, _deps: AppDeps): void {}

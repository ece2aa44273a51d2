// The dashboards, and where each is kept.

import { join } from 'node:path';
import { infra } from '../promtool.ts';
import { alertsIn, readRules } from '../rules.ts';
import { type Dashboard, grafanaJson } from './dashboard.ts';
import { experiments } from './experiments.ts';
import { modelHealth } from './model-health.ts';
import { retraining } from './retraining.ts';
import { serving } from './serving.ts';

export const dashboards: readonly Dashboard[] = [serving, modelHealth, retraining, experiments];

export const fileOf = ({ uid }: Dashboard) => join(infra, 'grafana/dashboards', `${uid}.json`);

export function textOf(dashboard: Dashboard): string {
  return `${JSON.stringify(grafanaJson(dashboard, alertsIn(readRules())), null, 2)}\n`;
}

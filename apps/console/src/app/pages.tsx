// The nine pages: where each is, what it is called, and what it is for. The first is in the first load; the others come when gone to.

import {
  IconActivityHeartbeat,
  IconFlask,
  IconHistory,
  IconListSearch,
  IconPlaneDeparture,
  IconRefresh,
  IconRoute,
  IconStack2,
  IconTimeline,
  type TablerIcon,
} from '@tabler/icons-react';
import { type ComponentType, lazy } from 'react';
import { LoopPage } from '../pages/loop/loop-page.tsx';

interface Page {
  /** The first part of its address; the page itself knows what follows. */
  readonly path: string;
  readonly name: string;
  readonly icon: TablerIcon;
  readonly View: ComponentType;
}

const page = (path: string, name: string, icon: TablerIcon, View: ComponentType): Page => ({
  ...{ path, name, icon, View },
});

export const pages: readonly Page[] = [
  page('/', 'Loop', IconRefresh, LoopPage),
  page(
    '/models',
    'Models',
    IconStack2,
    lazy(() => import('../pages/models/models-page.tsx')),
  ),
  page(
    '/runs',
    'Runs',
    IconTimeline,
    lazy(() => import('../pages/runs/runs-page.tsx')),
  ),
  page(
    '/endpoint',
    'Endpoint',
    IconRoute,
    lazy(() => import('../pages/endpoint/endpoint-page.tsx')),
  ),
  page(
    '/monitoring',
    'Monitoring',
    IconActivityHeartbeat,
    lazy(() => import('../pages/monitoring/monitoring-page.tsx')),
  ),
  page(
    '/experiments',
    'Experiments',
    IconFlask,
    lazy(() => import('../pages/experiments/experiments-page.tsx')),
  ),
  page(
    '/queue',
    'Queue',
    IconHistory,
    lazy(() => import('../pages/queue/queue-page.tsx')),
  ),
  page(
    '/predictions',
    'Predictions',
    IconListSearch,
    lazy(() => import('../pages/predictions/predictions-page.tsx')),
  ),
  page(
    '/try',
    'Try it',
    IconPlaneDeparture,
    lazy(() => import('../pages/try/try-page.tsx')),
  ),
];

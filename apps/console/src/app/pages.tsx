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
  /** Asks for its code, if it is not in the first load. */
  readonly load?: Load;
}

type Load = () => Promise<{ readonly default: ComponentType }>;

const page = (path: string, name: string, icon: TablerIcon, load: Load): Page => ({
  ...{ path, name, icon, load, View: lazy(load) },
});

export const pages: readonly Page[] = [
  { path: '/', name: 'Loop', icon: IconRefresh, View: LoopPage },
  page('/models', 'Models', IconStack2, () => import('../pages/models/models-page.tsx')),
  page('/runs', 'Runs', IconTimeline, () => import('../pages/runs/runs-page.tsx')),
  page('/endpoint', 'Endpoint', IconRoute, () => import('../pages/endpoint/endpoint-page.tsx')),
  page(
    '/monitoring',
    'Monitoring',
    IconActivityHeartbeat,
    () => import('../pages/monitoring/monitoring-page.tsx'),
  ),
  page('/experiments', 'Experiments', IconFlask, () => import('../pages/experiments/experiments-page.tsx')),
  page('/queue', 'Queue', IconHistory, () => import('../pages/queue/queue-page.tsx')),
  page(
    '/predictions',
    'Predictions',
    IconListSearch,
    () => import('../pages/predictions/predictions-page.tsx'),
  ),
  page('/try', 'Try it', IconPlaneDeparture, () => import('../pages/try/try-page.tsx')),
];

/** The one that is at this address; its part of the address is the first of it. */
export function pageAt(pathname: string): Page | undefined {
  return pages.find(({ path }) => pathname === path || (path !== '/' && pathname.startsWith(`${path}/`)));
}

// Endpoints: who answers what share, the rollout under way with its evidence, earlier ones, and how requests fare.

import { Route, Routes } from 'react-router';
import { EndpointList } from './endpoint-list.tsx';
import { EndpointView } from './endpoint-view.tsx';
import { RolloutView } from './rollout-view.tsx';

export default function EndpointPage() {
  return (
    <Routes>
      <Route index element={<EndpointList />} />
      <Route path=":name" element={<EndpointView />} />
      <Route path=":name/rollouts/:id" element={<RolloutView />} />
    </Routes>
  );
}

// Experiments: whether a version is better, by as much as was declared worth finding. A list; a plan; one of them.

import { Route, Routes } from 'react-router';
import { ExperimentDetail } from './experiment-detail.tsx';
import { ExperimentList } from './experiment-list.tsx';
import { PlanExperiment } from './plan-experiment.tsx';

export default function ExperimentsPage() {
  return (
    <Routes>
      <Route index element={<ExperimentList />} />
      <Route path="new" element={<PlanExperiment />} />
      <Route path="of/:name" element={<ExperimentDetail />} />
    </Routes>
  );
}

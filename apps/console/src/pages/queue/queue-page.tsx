// Queue: retrainings, what the trainers are at, and what people may do about it.

import { Route, Routes } from 'react-router';
import { Depths } from './depths.tsx';
import { QueueOverview } from './queue-overview.tsx';
import { RetrainingDetail } from './retraining-detail.tsx';

export default function QueuePage() {
  return (
    <Routes>
      <Route index element={<QueueOverview />} />
      <Route path="retrainings/:id" element={<RetrainingDetail />} />
      <Route path="depths" element={<Depths />} />
    </Routes>
  );
}

// Runs: the list, and one of them.

import { Route, Routes } from 'react-router';
import { RunList } from './run-list.tsx';
import { RunView } from './run-view.tsx';

export default function RunsPage() {
  return (
    <Routes>
      <Route index element={<RunList />} />
      <Route path=":id" element={<RunView />} />
    </Routes>
  );
}

// Models: the list, one model, one of its versions, and two of them side by side.

import { Route, Routes } from 'react-router';
import { ComparisonView } from './comparison/comparison-view.tsx';
import { ModelList } from './model-list.tsx';
import { ModelView } from './model-view.tsx';
import { VersionView } from './version/version-view.tsx';

export default function ModelsPage() {
  return (
    <Routes>
      <Route index element={<ModelList />} />
      <Route path=":model" element={<ModelView />} />
      <Route path=":model/compare" element={<ComparisonView />} />
      <Route path=":model/:version" element={<VersionView />} />
    </Routes>
  );
}

// Predictions.

import { Page } from '../../parts/page.tsx';

export default function PredictionsPage() {
  return (
    <Page title="Predictions" lead="">
      {null}
    </Page>
  );
}

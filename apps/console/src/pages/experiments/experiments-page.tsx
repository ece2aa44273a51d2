// Experiments.

import { Page } from '../../parts/page.tsx';

export default function ExperimentsPage() {
  return (
    <Page title="Experiments" lead="">
      {null}
    </Page>
  );
}

// Models.

import { Page } from '../../parts/page.tsx';

export default function ModelsPage() {
  return (
    <Page title="Models" lead="">
      {null}
    </Page>
  );
}

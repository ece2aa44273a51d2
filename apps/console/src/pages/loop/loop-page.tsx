// The loop, alive.

import { Page } from '../../parts/page.tsx';

export function LoopPage() {
  return (
    <Page title="The loop" lead="">
      {null}
    </Page>
  );
}

// Try.

import { Page } from '../../parts/page.tsx';

export default function TryPage() {
  return (
    <Page title="Try" lead="">
      {null}
    </Page>
  );
}

// Queue.

import { Page } from '../../parts/page.tsx';

export default function QueuePage() {
  return (
    <Page title="Queue" lead="">
      {null}
    </Page>
  );
}

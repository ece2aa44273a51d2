// Monitoring.

import { Page } from '../../parts/page.tsx';

export default function MonitoringPage() {
  return (
    <Page title="Monitoring" lead="">
      {null}
    </Page>
  );
}

// How a run stands, told by word and by colour.

import type { RunHead } from '@flightdeck/admin-api';
import { Badge } from '@mantine/core';

const colours = { running: 'blue', finished: 'green', failed: 'red' } as const;

export function RunStatus({ status }: { readonly status: RunHead['status'] }) {
  return (
    <Badge color={colours[status]} variant="light" autoContrast tt="none" miw="max-content">
      {status}
    </Badge>
  );
}

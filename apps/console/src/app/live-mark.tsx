// Says when what is shown has stopped being current.

import { Alert } from '@mantine/core';
import type { Live } from '../api/live.ts';

export function LiveMark({ live }: { readonly live: Live }) {
  if (live !== 'broken') return null;
  return (
    <Alert color="yellow" mb="md" title="Not live">
      The connection to the controller is gone, so what you see grows old. It is tried again by itself.
    </Alert>
  );
}

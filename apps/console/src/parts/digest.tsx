// A digest by its beginning, with the whole of it behind.

import { Code } from '@mantine/core';

export function Digest({ of }: { readonly of: string }) {
  return (
    <Code title={of} style={{ background: 'transparent', padding: 0 }}>
      {of.slice(0, 12)}
    </Code>
  );
}

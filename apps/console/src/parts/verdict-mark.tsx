// A verdict, told by word and by colour.

import { Badge } from '@mantine/core';

const colours: Readonly<Record<string, string>> = {
  pass: 'green',
  fail: 'red',
  inconclusive: 'yellow',
  ok: 'green',
  drifted: 'orange',
  degraded: 'red',
};

export function VerdictMark({ verdict }: { readonly verdict: string | null }) {
  if (verdict === null) return null;
  return (
    <Badge color={colours[verdict] ?? 'gray'} variant="light" autoContrast tt="none" miw="max-content">
      {verdict}
    </Badge>
  );
}

// Where a job, or a step, stands: by word and by colour.

import { Badge } from '@mantine/core';

const colours: Readonly<Record<string, string>> = {
  waiting: 'gray',
  active: 'blue',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
  unreached: 'gray',
};
const words: Readonly<Record<string, string>> = { completed: 'done', unreached: 'not reached' };

export function JobState({ state }: { readonly state: string }) {
  return (
    <Badge color={colours[state] ?? 'gray'} variant="light" autoContrast tt="none" miw="max-content">
      {words[state] ?? state}
    </Badge>
  );
}

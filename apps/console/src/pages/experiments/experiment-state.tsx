// Whether an experiment runs, and what came of it.

import type { ExperimentAnswer } from '@flightdeck/admin-api';
import { Badge, Group } from '@mantine/core';
import { VerdictMark } from '../../parts/verdict-mark.tsx';

export function ExperimentState({ of: { ended, result } }: { readonly of: ExperimentAnswer }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Badge variant="outline" color={ended ? 'gray' : 'blue'} tt="none" autoContrast>
        {ended ? ended.how : 'running'}
      </Badge>
      <VerdictMark verdict={result?.verdict ?? null} />
    </Group>
  );
}

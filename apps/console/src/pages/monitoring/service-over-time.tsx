// Service health over time, from the prediction log: how many predictions, how many failed and with which code, how fast.

import type { WindowNumbers } from '@flightdeck/admin-api';
import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Chart } from '../../parts/chart.tsx';
import { overTime } from '../../parts/over-time.ts';
import { Section } from '../../parts/section.tsx';
import { count, percent } from '../../parts/words.ts';
import { linesByVersion } from './lines.ts';

export function ServiceOverTime({ windows }: { readonly windows: readonly WindowNumbers[] }) {
  const answered = useMemo(
    () =>
      overTime(
        linesByVersion(windows, ({ service }) => ({ value: service.answered })),
        { write: count, fromZero: true },
      ),
    [windows],
  );
  const slowest = useMemo(
    () =>
      overTime(
        linesByVersion(windows, ({ service }) => ({ value: service.latencyMs?.p99 ?? null })),
        { write: (ms) => `${ms.toFixed(1)} ms`, fromZero: true },
      ),
    [windows],
  );
  return (
    <Section title="Service health" note={failuresIn(windows)}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Stack gap={0}>
          <Text size="sm" fw={600}>
            Answered predictions
          </Text>
          <Chart label="Answered predictions by window and version." option={answered} height={180} />
        </Stack>
        <Stack gap={0}>
          <Text size="sm" fw={600}>
            Latency that 1 % exceed
          </Text>
          <Chart
            label="99th percentile of the latency, by window and version."
            option={slowest}
            height={180}
          />
        </Stack>
      </SimpleGrid>
    </Section>
  );
}

/** "3 of 64,096 predictions failed: MODEL_FAILED 2, DEADLINE_EXCEEDED 1." */
export function failuresIn(windows: readonly WindowNumbers[]): string {
  const sum = (of: (service: WindowNumbers['service']) => number) =>
    windows.reduce((total, { service }) => total + of(service), 0);
  const failed = sum(({ failed: number }) => number);
  const all = failed + sum(({ answered }) => answered);
  if (failed === 0) return `None of ${count(all)} predictions failed.`;
  const codes = Map.groupBy(
    windows.flatMap(({ service }) => Object.entries(service.failures)),
    ([code]) => code,
  );
  const told = [...codes].map(
    ([code, counts]) => `${code} ${count(counts.reduce((total, [, n]) => total + n, 0))}`,
  );
  return `${count(failed)} of ${count(all)} predictions failed (${percent(failed / all, 2)}): ${told.join(', ')}.`;
}

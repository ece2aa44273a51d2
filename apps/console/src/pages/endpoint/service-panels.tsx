// How requests fared: latency and failures by version, a report's window each, as plots and as numbers.

import type { ServiceWindow } from '@flightdeck/admin-api';
import { Code, SegmentedControl, SimpleGrid, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Chart } from '../../parts/chart.tsx';
import { Section } from '../../parts/section.tsx';
import {
  errorPlot,
  errorSentence,
  latencyPlot,
  latencySentence,
  type Percentile,
  percentiles,
} from './service-plots.ts';
import { ServiceTable } from './service-table.tsx';

export function ServicePanels({ windows }: { readonly windows: readonly ServiceWindow[] }) {
  if (windows.length === 0)
    return (
      <Section title="Latency and errors">
        <Text size="sm" c="dimmed">
          No window has been reported yet. Send some traffic, and wait until a window of event time is
          complete: <Code>npx flightdeck simulate</Code>
        </Text>
      </Section>
    );
  return (
    <Section title="Latency and errors" note="By event time; each point is a window that has been reported.">
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Latency windows={windows} />
        <Errors windows={windows} />
      </SimpleGrid>
      <ServiceTable windows={windows} />
    </Section>
  );
}

function Latency({ windows }: { readonly windows: readonly ServiceWindow[] }) {
  const [percentile, setPercentile] = useState<Percentile>('p99');
  const option = useMemo(() => latencyPlot(windows, percentile), [windows, percentile]);
  const label = latencySentence(windows, percentile);
  return (
    <div>
      <SegmentedControl
        aria-label="Percentile of the latency"
        size="xs"
        data={[...percentiles]}
        value={percentile}
        onChange={(value) => setPercentile(value as Percentile)}
      />
      <Chart label={label} option={option} />
      <Text size="sm">{label}</Text>
    </div>
  );
}

function Errors({ windows }: { readonly windows: readonly ServiceWindow[] }) {
  const option = useMemo(() => errorPlot(windows), [windows]);
  const label = errorSentence(windows);
  return (
    <div>
      <Text size="sm" fw={600} lh="30px">
        Failed
      </Text>
      <Chart label={label} option={option} />
      <Text size="sm">{label}</Text>
    </div>
  );
}

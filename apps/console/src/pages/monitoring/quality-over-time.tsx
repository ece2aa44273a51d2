// Matured quality over time: each metric with its 95 % interval and what the version promised, and how many labels are known.

import type { AlarmLimits, WindowNumbers } from '@flightdeck/admin-api';
import { SegmentedControl, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Chart } from '../../parts/chart.tsx';
import { type Line, overTime } from '../../parts/over-time.ts';
import { Section } from '../../parts/section.tsx';
import { decimal, percent } from '../../parts/words.ts';
import { linesByVersion } from './lines.ts';
import { type MetricName, metricNames } from './window-words.ts';

interface QualityOverTimeProps {
  readonly windows: readonly WindowNumbers[];
  readonly limits: AlarmLimits | null;
}

export function QualityOverTime({ windows, limits }: QualityOverTimeProps) {
  const [metric, setMetric] = useState<MetricName>('rocAuc');
  const option = useMemo(
    () => overTime(linesOf(windows, metric), { write: (n) => decimal(n, 3) }),
    [windows, metric],
  );
  const coverage = useMemo(() => coverageOf(windows, limits), [windows, limits]);
  return (
    <Section
      title="Matured quality"
      note="By the labels that have come since. The band is the 95 % interval, the dashed line what the version's evaluation promised."
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Metric"
          data={Object.entries(metricNames).map(([value, label]) => ({ value, label }))}
          value={metric}
          onChange={(value) => setMetric(value as MetricName)}
        />
      }
    >
      <Chart
        label={`${metricNames[metric]} by window. The numbers are in the table of all windows.`}
        option={option}
      />
      <Text size="sm" fw={600}>
        Labels known
      </Text>
      <Chart label={coverageLabel(windows)} option={coverage} height={140} />
    </Section>
  );
}

function linesOf(windows: readonly WindowNumbers[], metric: MetricName): Line[] {
  const measured = linesByVersion(windows, ({ quality }) => quality.metrics[metric]);
  const promised = linesByVersion(windows, ({ quality }) => ({ value: quality.metrics[metric].promised }));
  return [...measured, ...promised.map((line) => ({ ...line, name: `${line.name} promised`, dashed: true }))];
}

function coverageOf(windows: readonly WindowNumbers[], limits: AlarmLimits | null) {
  const lines = linesByVersion(windows, ({ quality }) => ({ value: quality.coverage }));
  const limit = limits && { name: 'enough to judge by', value: limits.coverage };
  return overTime(lines, { write: (n) => percent(n, 0), fromZero: true, ...(limit && { limit }) });
}

function coverageLabel(windows: readonly WindowNumbers[]): string {
  const known = windows.flatMap(({ quality }) => quality.coverage ?? []);
  const least = known.length === 0 ? 'unknown' : percent(Math.min(...known));
  return `Share of answers whose label is known, by window; the least is ${least}.`;
}

// The curves of a run: each series over its steps, as far as it has come.

import type { MetricPoint, RunAnswer } from '@flightdeck/admin-api';
import { Table, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Chart } from '../../parts/chart.tsx';
import { metricName } from '../../parts/metric-words.ts';
import { PageLink } from '../../parts/page-link.tsx';
import { Section } from '../../parts/section.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { decimal } from '../../parts/words.ts';
import { pathOf } from '../models/paths.ts';
import { seriesOf } from './series.ts';

interface LossSectionProps {
  readonly points: readonly MetricPoint[];
  readonly run: RunAnswer;
}

export function LossSection({ points, run }: LossSectionProps) {
  const series = useMemo(() => seriesOf(points), [points]);
  const option = useMemo(() => optionOf(series), [series]);
  const { status } = run;
  if (series.length === 0)
    return (
      <Section title="Curves">
        <Text size="sm" c="dimmed">
          <NoCurve run={run} />
        </Text>
      </Section>
    );
  const last = series.map(({ name, points }) => `${metricName(name)} ${decimal(points.at(-1)![1])}`);
  return (
    <Section
      title="Curves"
      note={status === 'running' ? 'It trains: the next epoch appears by itself.' : 'By epoch.'}
    >
      <Chart label={`By epoch, at the last: ${last.join(', ')}.`} option={option} />
      <WideTable
        label="Curves"
        minWidth={320}
        head={['Epoch', ...series.map(({ name }) => metricName(name))]}
      >
        {stepsOf(series).map((step) => (
          <Table.Tr key={step}>
            <Table.Td>{step}</Table.Td>
            {series.map(({ name, points }) => {
              const value = points.find(([at]) => at === step)?.[1];
              return <Table.Td key={name}>{value === undefined ? '–' : decimal(value)}</Table.Td>;
            })}
          </Table.Tr>
        ))}
      </WideTable>
    </Section>
  );
}

function NoCurve({ run: { status, model, parameters } }: { readonly run: RunAnswer }) {
  const of = parameters.recalibrationOf;
  if (typeof of === 'number')
    return (
      <>
        A recalibration trains no network: it fits two numbers on that of{' '}
        <PageLink to={pathOf.version(model, of)}>version {of}</PageLink>.
      </>
    );
  return status === 'running'
    ? 'The first epoch has not ended yet. It appears here when it has.'
    : 'This run logged no series. One that the kit trains logs the loss of each epoch.';
}

type Series = ReturnType<typeof seriesOf>;

/** So many rows of the table; the picture has all. */
const shownSteps = 30;

function stepsOf(series: Series): number[] {
  const all = [...new Set(series.flatMap(({ points }) => points.map(([step]) => step)))];
  return all.toSorted((a, b) => a - b).slice(-shownSteps);
}

const types = ['solid', 'dashed', 'dotted'] as const;
const colours = ['#1c7ed6', '#e8590c', '#2f9e44'] as const;

function optionOf(series: Series) {
  return {
    grid: { left: 56, right: 16, top: 36, bottom: 40 },
    legend: { top: 0, left: 0 },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'value',
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 24,
      minInterval: 1,
      min: 'dataMin',
      // One point alone would lie in the middle of nothing.
      max: ({ min, max }: { min: number; max: number }) => Math.max(max, min + 1),
    },
    yAxis: { type: 'value', scale: true },
    series: series.map(({ name, points }, i) => ({
      ...{ type: 'line', name: metricName(name), data: points, symbolSize: 7 },
      showSymbol: points.length <= shownSteps,
      lineStyle: { type: types[i % types.length] },
      itemStyle: { color: colours[i % colours.length] },
    })),
  };
}

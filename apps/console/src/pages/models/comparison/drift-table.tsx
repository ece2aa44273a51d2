// How far apart the data are that two versions learnt from: the stability index of each feature, largest first.

import type { ComparedVersion, FeatureMove } from '@flightdeck/admin-api';
import { Table, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Chart } from '../../../parts/chart.tsx';
import { Section } from '../../../parts/section.tsx';
import { WideTable } from '../../../parts/wide-table.tsx';
import { count, percent } from '../../../parts/words.ts';
import { describeMove } from './describe-move.ts';

interface DriftTableProps {
  readonly drift: readonly FeatureMove[];
  readonly a: ComparedVersion;
  readonly b: ComparedVersion;
}

const shown = 12;

export function DriftTable({ drift, a, b }: DriftTableProps) {
  const moved = useMemo(
    () =>
      drift
        .filter(({ stabilityIndex }) => stabilityIndex !== 0)
        .toSorted((one, other) => (other.stabilityIndex ?? -1) - (one.stabilityIndex ?? -1)),
    [drift],
  );
  return (
    <Section
      title="Feature drift between their references"
      note={`From the ${count(b.trainingRows ?? 0)} training rows of v${b.version} to the ${count(a.trainingRows ?? 0)} of v${a.version}: the population stability index. By the usual rule of thumb 0.1 is a small and 0.25 a large change. Bins that the two cut differently are interpolated.`}
    >
      {moved.length < drift.length && (
        <Text size="sm">
          {drift.length - moved.length} of {drift.length} are distributed exactly as before: the two learnt
          from the same rows.
        </Text>
      )}
      <DriftBars moved={moved} />
      {moved.length > 0 && <MoveTable moved={moved} />}
    </Section>
  );
}

/** `moved`: the largest index first. */
function DriftBars({ moved }: { readonly moved: readonly FeatureMove[] }) {
  const drawn = useMemo(
    () => moved.filter(({ stabilityIndex }) => stabilityIndex !== null).slice(0, shown),
    [moved],
  );
  const option = useMemo(() => optionOf(drawn), [drawn]);
  const [largest] = drawn;
  if (!largest) return null;
  return (
    <Chart
      label={`Stability index by feature: the largest is ${largest.stabilityIndex?.toFixed(3)}, of ${largest.feature}.`}
      option={option}
      height={60 + 24 * drawn.length}
    />
  );
}

function MoveTable({ moved }: { readonly moved: readonly FeatureMove[] }) {
  const head = ['Feature', 'Stability index', 'By chance', 'Missing', 'What it says'];
  return (
    <WideTable label="Drift by feature" minWidth={620} head={head}>
      {moved.map((move) => (
        <Table.Tr key={move.feature}>
          <Table.Td>{move.feature}</Table.Td>
          <Table.Td>{move.stabilityIndex?.toFixed(4) ?? '–'}</Table.Td>
          <Table.Td>{move.stabilityNoise?.toFixed(4) ?? '–'}</Table.Td>
          <Table.Td style={{ whiteSpace: 'nowrap' }}>
            {share(move.missing.from)} → {share(move.missing.to)}
          </Table.Td>
          <Table.Td>
            <Text size="sm">{describeMove(move)}</Text>
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  );
}

function share(value: number | null): string {
  return value === null ? 'not there' : percent(value);
}

function optionOf(moves: readonly FeatureMove[]) {
  const drawn = moves.toReversed();
  return {
    grid: { left: 8, right: 48, top: 24, bottom: 24, containLabel: true },
    tooltip: { trigger: 'axis' },
    xAxis: { type: 'value', min: 0 },
    yAxis: { type: 'category', data: drawn.map(({ feature }) => feature) },
    series: [
      {
        ...{ type: 'bar', name: 'stability index', barMaxWidth: 14 },
        data: drawn.map(({ stabilityIndex }) => Number((stabilityIndex ?? 0).toFixed(4))),
        itemStyle: { color: '#1c7ed6' },
        markLine: {
          ...{ silent: true, symbol: 'none', label: { formatter: '{c}', position: 'end' } },
          lineStyle: { type: 'dashed', color: '#868e96' },
          data: (moves[0]?.stabilityIndex ?? 0) > 0.08 ? [{ xAxis: 0.1 }, { xAxis: 0.25 }] : [],
        },
      },
    ],
  };
}

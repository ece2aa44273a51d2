// Slice by slice: where one version is better than the other.

import { Table } from '@mantine/core';
import { metricName } from '../../../parts/metric-words.ts';
import { Section } from '../../../parts/section.tsx';
import { WideTable } from '../../../parts/wide-table.tsx';
import { count, decimal } from '../../../parts/words.ts';
import type { CurveSide } from '../curves.tsx';
import { difference, favours } from './difference.ts';
import { comparableSlices } from './slices.ts';

export function SliceDifferences({ a, b }: { readonly a: CurveSide; readonly b: CurveSide }) {
  const slices = comparableSlices(a.evaluation.slices, b.evaluation.slices);
  if (slices.length === 0) return null;
  const metrics = [...new Set(slices.flatMap(({ metrics }) => Object.keys(metrics)))];
  const head = ['Slice', 'Rows', ...metrics.map((metric) => `${metricName(metric)}: ${a.name}, ${b.name}`)];
  return (
    <Section
      title="Slices"
      note="Those that have enough rows in both. An arrow names the better one where more than chance speaks for it."
    >
      <WideTable label="Slices" minWidth={700} head={head}>
        {slices.map(({ slice, value, rows, metrics: measured }) => (
          <Table.Tr key={`${slice}=${value}`}>
            <Table.Td>
              {slice} <b>{value}</b>
            </Table.Td>
            <Table.Td>{rows.map(count).join(', ')}</Table.Td>
            {metrics.map((metric) => {
              const pair = measured[metric];
              if (!pair) return <Table.Td key={metric}>–</Table.Td>;
              const [first, second] = pair;
              const better = favours(metric, difference(first, second));
              return (
                <Table.Td key={metric}>
                  {decimal(first.value)}, {decimal(second.value)}
                  {(better === 'a' || better === 'b') && <b> → {better === 'a' ? a.name : b.name}</b>}
                </Table.Td>
              );
            })}
          </Table.Tr>
        ))}
      </WideTable>
    </Section>
  );
}

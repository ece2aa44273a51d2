// A version by slice: where it is good, where it is not, and where there are too few rows to say.

import type { SliceEvaluation } from '@flightdeck/admin-api';
import { Table, Text } from '@mantine/core';
import { metricName } from '../../../parts/metric-words.ts';
import { Section } from '../../../parts/section.tsx';
import { WideTable } from '../../../parts/wide-table.tsx';
import { count, percent } from '../../../parts/words.ts';
import { IntervalText } from '../interval-text.tsx';

export function SliceTable({ slices }: { readonly slices: readonly SliceEvaluation[] }) {
  const metrics = [...new Set(slices.flatMap(({ metrics }) => Object.keys(metrics ?? {})))];
  const head = ['Slice', 'Rows', 'Positive', 'Mean score', ...metrics.map(metricName)];
  return (
    <Section
      title="Slices"
      note="Where share of positives and mean score are far apart, the probabilities of the slice are off."
    >
      <WideTable label="Slices" minWidth={760} head={head}>
        {slices.map(({ slice, value, rows, positives, meanScore, metrics: measured }) => (
          <Table.Tr key={`${slice}=${value}`}>
            <Table.Td>
              {slice} <b>{value}</b>
            </Table.Td>
            <Table.Td>{count(rows)}</Table.Td>
            <Table.Td>{rows === 0 ? '–' : percent(positives / rows)}</Table.Td>
            <Table.Td>{meanScore === null ? '–' : percent(meanScore)}</Table.Td>
            {measured === null ? (
              <Table.Td colSpan={metrics.length}>
                <Text size="xs" c="dimmed">
                  too few rows of a class to say
                </Text>
              </Table.Td>
            ) : (
              metrics.map((metric) => (
                <Table.Td key={metric}>
                  <IntervalText of={measured[metric]} />
                </Table.Td>
              ))
            )}
          </Table.Tr>
        ))}
      </WideTable>
    </Section>
  );
}

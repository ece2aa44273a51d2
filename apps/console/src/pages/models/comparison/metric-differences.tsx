// The metrics of two versions, and what their difference says.

import { Table, Text } from '@mantine/core';
import { metricName } from '../../../parts/metric-words.ts';
import { Section } from '../../../parts/section.tsx';
import { WideTable } from '../../../parts/wide-table.tsx';
import { count } from '../../../parts/words.ts';
import type { CurveSide } from '../curves.tsx';
import { IntervalText } from '../interval-text.tsx';
import { difference, favours } from './difference.ts';

interface SidesProps {
  readonly a: CurveSide;
  readonly b: CurveSide;
}

export function MetricDifferences({ a, b }: SidesProps) {
  const metrics = Object.keys(a.evaluation.metrics).filter((metric) => metric in b.evaluation.metrics);
  return (
    <Section title="Metrics" note={sameRows(a, b)}>
      <WideTable label="Metrics" minWidth={640} head={['', a.name, b.name, 'Difference', 'Which is better']}>
        {metrics.map((metric) => {
          const [first, second] = [a.evaluation.metrics[metric]!, b.evaluation.metrics[metric]!];
          const apart = difference(first, second);
          return (
            <Table.Tr key={metric}>
              <Table.Td>{metricName(metric)}</Table.Td>
              <Table.Td>
                <IntervalText of={first} />
              </Table.Td>
              <Table.Td>
                <IntervalText of={second} />
              </Table.Td>
              <Table.Td>
                <IntervalText of={apart} />
              </Table.Td>
              <Table.Td>
                <Text size="sm">
                  {{ a: a.name, b: b.name, unclear: 'cannot be told', unknown: '–' }[favours(metric, apart)]}
                </Text>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </WideTable>
    </Section>
  );
}

function sameRows({ name, evaluation }: CurveSide, other: CurveSide): string {
  const same =
    evaluation.rowsDigest !== null && evaluation.rowsDigest === other.evaluation.rowsDigest
      ? `Both on the same ${count(evaluation.rows)} rows`
      : `${name} on ${count(evaluation.rows)} rows, ${other.name} on ${count(other.evaluation.rows)} others: what differs may be the rows`;
  return `${same}. In brackets, 95 % intervals; that of a difference takes the two for independent.`;
}

// How good a version was on rows that it had never seen: metrics beside its baselines, the curves behind them, and slice by slice.

import type { VersionEvaluation } from '@flightdeck/admin-api';
import { SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { metricName } from '../../../parts/metric-words.ts';
import { Section } from '../../../parts/section.tsx';
import { WideTable } from '../../../parts/wide-table.tsx';
import { count, percent } from '../../../parts/words.ts';
import { CalibrationChart, PrecisionRecallChart, RocChart } from '../curves.tsx';
import { IntervalText } from '../interval-text.tsx';
import { SliceTable } from './slice-table.tsx';

const names: Readonly<Record<string, string>> = {
  network: 'this version',
  champion: 'the champion then',
  logistic: 'logistic regression',
  constant: 'a constant',
};

export function MeasuredPart({
  evaluations,
}: {
  readonly evaluations: Readonly<Record<string, VersionEvaluation>>;
}) {
  const own = evaluations.network!;
  const { rows, positives, days, curves, slices, threshold } = own;
  const metrics = Object.keys(own.metrics);
  return (
    <Stack gap="lg">
      <Section
        title="Metrics"
        note={`On ${count(rows)} held-out rows, ${percent(positives / rows)} of them positive. Below each number its 95 % interval${
          days === null ? '' : `, by a bootstrap over ${days} days`
        }.`}
      >
        <WideTable label="Metrics" minWidth={680} head={['', ...metrics.map(metricName)]}>
          {Object.entries(evaluations).map(([name, evaluation]) => (
            <Table.Tr key={name} fw={name === 'network' ? 600 : 400}>
              <Table.Td>{names[name] ?? name}</Table.Td>
              {metrics.map((metric) => (
                <Table.Td key={metric}>
                  <IntervalText of={evaluation.metrics[metric]} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </WideTable>
        {threshold !== null && (
          <Text size="sm" c="dimmed">
            A row counts as positive from a probability of {threshold.toFixed(3)} on.
          </Text>
        )}
      </Section>
      {curves && (
        <Section title="Curves" note="Of this version, on the same rows.">
          <SimpleGrid cols={{ base: 1, md: 3 }}>
            <RocChart sides={[{ name: 'this version', evaluation: own }]} />
            <PrecisionRecallChart sides={[{ name: 'this version', evaluation: own }]} />
            <CalibrationChart sides={[{ name: 'this version', evaluation: own }]} />
          </SimpleGrid>
        </Section>
      )}
      {slices.length > 0 && <SliceTable slices={slices} />}
    </Stack>
  );
}

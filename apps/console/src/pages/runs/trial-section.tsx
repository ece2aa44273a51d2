// The trials of a search: each set of hyperparameters is a line through the axes, and what it led to is where the line ends.

import type { RunAnswer } from '@flightdeck/admin-api';
import { Table, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Chart } from '../../parts/chart.tsx';
import { metricName } from '../../parts/metric-words.ts';
import { Section } from '../../parts/section.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { decimal } from '../../parts/words.ts';
import { bestTrial, parallelOption, trialNames } from './trial-axes.ts';

export function TrialSection({ run: { trials, declared } }: { readonly run: RunAnswer }) {
  const { parameters, metrics } = useMemo(() => trialNames(trials), [trials]);
  const option = useMemo(() => parallelOption(trials, declared), [trials, declared]);
  const best = bestTrial(trials);
  const chosen = best === undefined ? undefined : trials[best];
  return (
    <Section
      title={`${trials.length} trials`}
      note="Sets of hyperparameters, measured on the validation rows. The one with the lowest log loss went on to the gate. Where a trial has no value of its own, the model's declared one held."
    >
      <Chart
        label={`Parallel coordinates of ${trials.length} trials over ${[...parameters, ...metrics].join(', ')}${
          chosen?.metrics?.logLoss === undefined
            ? ''
            : `: trial ${best} has the lowest log loss, ${decimal(chosen.metrics.logLoss)}`
        }.`}
        option={option}
        height={300}
      />
      <WideTable label="Trials" minWidth={640} head={['Trial', ...parameters, ...metrics.map(metricName)]}>
        {trials.map((trial, number) => (
          <Table.Tr key={number} fw={number === best ? 600 : 400}>
            <Table.Td>
              {number}
              {number === best && ' (chosen)'}
            </Table.Td>
            {parameters.map((name) => (
              <Table.Td key={name}>{trial.parameters[name] ?? <Declared value={declared[name]} />}</Table.Td>
            ))}
            {trial.metrics === null ? (
              <Table.Td colSpan={metrics.length}>
                <Text size="xs">{trial.problem}</Text>
              </Table.Td>
            ) : (
              metrics.map((name) => (
                <Table.Td key={name}>
                  {trial.metrics?.[name] === undefined ? '–' : decimal(trial.metrics[name])}
                </Table.Td>
              ))
            )}
          </Table.Tr>
        ))}
      </WideTable>
    </Section>
  );
}

function Declared({ value }: { readonly value: number | string | undefined }) {
  return (
    <Text span size="sm" c="dimmed">
      {value === undefined ? 'as declared' : `${value}, as declared`}
    </Text>
  );
}

// Why this score: what each feature adds to its log-odds. It says how that was found, and how sure it is.

import type { ContributionsAnswer, PredictionAnswer } from '@flightdeck/admin-api';
import { NativeSelect, Table, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Chart } from '../../parts/chart.tsx';
import { Section } from '../../parts/section.tsx';
import { count, decimal, describeDuration } from '../../parts/words.ts';
import { contributionOption, signed } from './contribution-plot.ts';
import { valueText } from './feature-table.tsx';

export function Contributions({ prediction }: { readonly prediction: PredictionAnswer }) {
  const { model, id, version } = prediction;
  // What is in the log of it and what is in a version never change.
  const answer = useAnswer<ContributionsAnswer>(
    `/v1/predictions/${encodeURIComponent(id)}/contributions?${new URLSearchParams({ model })}`,
    { fixed: true },
  );
  return (
    <Section title="Why this score" note={`What each feature adds, in the eyes of version ${version}.`}>
      <Answer of={answer}>{(told) => <Told told={told} />}</Answer>
    </Section>
  );
}

const some = 10;

function Told({ told }: { readonly told: ContributionsAnswer }) {
  const [shown, setShown] = useState<string>(String(some));
  const option = useMemo(() => contributionOption(told.contributions.slice(0, some)), [told]);
  const first = told.contributions[0]!;
  const rows = shown === 'all' ? told.contributions : told.contributions.slice(0, some);
  return (
    <>
      <Text size="sm">
        The average over rows drawn from the version's reference profile is {signed(told.base)} log-odds (a
        score of {decimal(scoreOf(told.base))}). The features take it to {signed(told.logOdds)} (
        {decimal(told.score)}); most by {first.feature}, which adds {signed(first.contribution)} ±{' '}
        {decimal(first.standardError, 2)}.
      </Text>
      <Chart
        label={`Contributions of the ${Math.min(some, told.contributions.length)} strongest features in log-odds: ${first.feature} ${signed(first.contribution)}. The table below has all.`}
        option={option}
        height={320}
      />
      <Table.ScrollContainer minWidth={480}>
        <Table
          fz="sm"
          verticalSpacing={2}
          aria-label="Contributions"
          style={{ fontVariantNumeric: 'tabular-nums' }}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Feature</Table.Th>
              <Table.Th ta="right">Value</Table.Th>
              <Table.Th ta="right">Adds (log-odds)</Table.Th>
              <Table.Th ta="right">Standard error</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ feature, value, contribution, standardError }) => (
              <Table.Tr key={feature}>
                <Table.Td>{feature}</Table.Td>
                <Table.Td ta="right">{valueText(value)}</Table.Td>
                <Table.Td ta="right">{signed(contribution, 3)}</Table.Td>
                <Table.Td ta="right">{decimal(standardError, 3)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <NativeSelect
        label="Features in the table"
        maw={220}
        value={shown}
        onChange={(event) => setShown(event.currentTarget.value)}
        data={[
          { value: String(some), label: `the ${some} strongest` },
          { value: 'all', label: `all ${told.contributions.length}` },
        ]}
      />
      <Method told={told} />
    </>
  );
}

function Method({ told: { pairs, rows, milliseconds } }: { readonly told: ContributionsAnswer }) {
  return (
    <Text size="xs" c="dimmed">
      Method: sampled Shapley values of the log-odds (Štrumbelj and Kononenko, 2014), {pairs} orders of the
      features, each taken forwards and backwards (Mitchell and others, 2022) from a row drawn from the
      version's reference profile: {count(rows)} rows scored by its model in {describeDuration(milliseconds)}.
      They add up to the score exactly; the standard error is that of the sampling. The profile knows each
      feature for itself, so rows are drawn that no one ever saw, and features that move together share what
      they do together. It says what the model does, and not what would happen if a feature were changed in
      the world.
    </Text>
  );
}

function scoreOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

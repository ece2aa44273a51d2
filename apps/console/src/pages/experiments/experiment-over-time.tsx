// What an experiment has seen over time: the effect within its confidence sequence, and the units of each variant.

import type { ExperimentAnswer, ExperimentHistoryAnswer, ExperimentLook } from '@flightdeck/admin-api';
import { Accordion, Table, Text } from '@mantine/core';
import { useMemo } from 'react';
import { Chart } from '../../parts/chart.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { overTime } from '../../parts/over-time.ts';
import { Section } from '../../parts/section.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { When } from '../../parts/when.tsx';
import { count, decimal } from '../../parts/words.ts';
import { directionOf, intervalOf } from './experiment-words.ts';

interface ExperimentOverTimeProps {
  readonly of: ExperimentAnswer;
  readonly history: ExperimentHistoryAnswer;
}

export function ExperimentOverTime({ of: one, history: { looks } }: ExperimentOverTimeProps) {
  const hasUnits = looks.some(({ groups }) => groups.some(({ units }) => units > 0));
  if (!hasUnits)
    return (
      <EmptyState
        title="No unit has met it yet"
        next="Units are counted once the log has come further in event time than the experiment's start; a metric that needs labels waits for them."
      />
    );
  return (
    <>
      <Effect one={one} looks={looks} />
      <Exposures one={one} looks={looks} />
    </>
  );
}

interface PartProps {
  readonly one: ExperimentAnswer;
  readonly looks: readonly ExperimentLook[];
}

function Effect({ one, looks }: PartProps) {
  const { metric, minimumEffect, variants, method } = one.experiment;
  const compared = looks.filter(({ effects }) => effects.length > 0);
  const option = useMemo(() => {
    const lines = variants.slice(1).map(({ name }) => ({
      name,
      moments: compared.map(({ at, effects }) => ({
        at,
        value: null,
        ...effects.find(({ variant }) => variant === name),
      })),
    }));
    const zero = { name: 'control', dashed: true, moments: compared.map(({ at }) => ({ at, value: 0 })) };
    const limit = { name: 'worth finding', value: minimumEffect };
    return overTime([...lines, zero], { write: (n) => decimal(n, 3), limit, fromZero: true });
  }, [compared, variants, minimumEffect]);
  const sequence =
    method === 'sequential'
      ? 'confidence sequence, which may be looked at as often as one likes'
      : 'interval';
  return (
    <Section
      title="The effect"
      note={`By how much ${metric.name} is ${directionOf(one)}: above zero is better. The band is the ${sequence}; at each moment by what was known of it, over event time.`}
    >
      {compared.length === 0 ? (
        <Text size="sm">
          There is none to show yet: a comparison takes every prerequisite{' '}
          {method === 'sequential'
            ? 'and 100 units of each variant'
            : 'and all planned units, because a fixed horizon is looked at once'}
          .
        </Text>
      ) : (
        <>
          <Chart label={effectLabel(compared.at(-1)!)} option={option} height={280} />
          <Looks looks={compared} />
        </>
      )}
    </Section>
  );
}

function effectLabel({ effects }: ExperimentLook): string {
  const told = effects.map((effect) => `${effect.variant} ${intervalOf(effect)}`);
  return `Effect over event time with its interval. Last: ${told.join(', ')}.`;
}

function Looks({ looks }: { readonly looks: readonly ExperimentLook[] }) {
  return (
    <Accordion variant="contained">
      <Accordion.Item value="looks">
        <Accordion.Control>The looks as numbers</Accordion.Control>
        <Accordion.Panel>
          <Table.ScrollContainer minWidth={560} maxHeight={320}>
            <Table style={{ fontVariantNumeric: 'tabular-nums' }}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Event time</Table.Th>
                  <Table.Th>Effect and interval</Table.Th>
                  <Table.Th>Units</Table.Th>
                  <Table.Th>Verdict</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {looks.toReversed().map((look) => (
                  <Table.Tr key={look.at}>
                    <Table.Td>
                      <When at={look.at} />
                    </Table.Td>
                    <Table.Td>
                      {look.effects.map((effect) => `${effect.variant} ${intervalOf(effect)}`).join(', ')}
                    </Table.Td>
                    <Table.Td>{look.groups.map(({ units }) => count(units)).join(' : ')}</Table.Td>
                    <Table.Td>
                      <VerdictMark verdict={look.verdict} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Exposures({ one, looks }: PartProps) {
  const option = useMemo(() => {
    const lines = one.experiment.variants.map(({ name }) => ({
      name,
      moments: looks.map(({ at, groups }) => ({
        at,
        value: groups.find(({ variant }) => variant === name)?.units ?? 0,
      })),
    }));
    return overTime(lines, { write: count, fromZero: true });
  }, [one, looks]);
  const last = looks.at(-1)!;
  const ratio = last.reasons.find(({ check }) => check === 'sample-ratio');
  const units = last.groups.map((group) => `${group.variant} ${count(group.units)}`).join(', ');
  const total = last.groups.reduce((sum, group) => sum + group.units, 0);
  return (
    <Section title="Units" note={`${count(total)} of ${count(one.plan.total)} planned: ${units}.`}>
      {ratio && (
        <Text size="sm" component="div">
          <VerdictMark verdict={ratio.verdict} /> {ratio.message}
          {ratio.verdict !== 'pass' && ratio.value !== null && ' It blocks the verdict.'}
        </Text>
      )}
      <Chart label={`Units by variant over event time: ${units}.`} option={option} height={200} />
    </Section>
  );
}

// How many jobs are in which state, by queue.

import type { RetrainingsAnswer } from '@flightdeck/admin-api';
import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { Section } from '../../parts/section.tsx';
import { count } from '../../parts/words.ts';

/** BullMQ's states in the order of a job's life; `prioritized` is used by nothing here. */
const states = ['waiting', 'delayed', 'waiting-children', 'active', 'completed', 'failed'] as const;
const names: Readonly<Record<(typeof states)[number], string>> = {
  waiting: 'Waiting',
  delayed: 'Before a retry',
  'waiting-children': 'Waiting for trials',
  active: 'Active',
  completed: 'Done',
  failed: 'Failed',
};
const meanings: Readonly<Record<string, string>> = {
  retraining: 'one job for each retraining',
  training: 'their stages, and trainings',
};

interface JobCountsProps {
  readonly jobs: RetrainingsAnswer['jobs'];
  readonly actions: ReactNode;
}

export function JobCounts({ jobs, actions }: JobCountsProps) {
  return (
    <Section title="Jobs" note="By queue and state, as BullMQ counts them." actions={actions}>
      <Table.ScrollContainer minWidth={640}>
        <Table style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Queue</Table.Th>
              {states.map((state) => (
                <Table.Th key={state}>{names[state]}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {Object.entries(jobs).map(([queue, counts]) => (
              <Table.Tr key={queue}>
                <Table.Th scope="row" fw={500}>
                  {queue}
                  {meanings[queue] && `: ${meanings[queue]}`}
                </Table.Th>
                {states.map((state) => (
                  <Table.Td key={state}>{count(counts[state] ?? 0)}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

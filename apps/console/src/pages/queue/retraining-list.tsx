// The latest retrainings: why, by whom, and what came of them.

import type { RetrainingHead, RetrainingsAnswer } from '@flightdeck/admin-api';
import { Anchor, Code, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { describeDuration } from '../../parts/words.ts';
import { JobState } from './job-state.tsx';
import { RetrainingActions } from './retraining-actions.tsx';

export function RetrainingList({ retrainings }: Pick<RetrainingsAnswer, 'retrainings'>) {
  if (retrainings.length === 0)
    return (
      <EmptyState
        title="Nothing has been retrained yet"
        next={
          <>
            The controller asks for it when matured quality decays, or when the schedule says so. By hand it
            is the button above, or <Code>npx flightdeck retrain</Code>.
          </>
        }
      />
    );
  return (
    <Section title="Retrainings" note="The latest. Each is a flow of jobs, from the data to the traffic.">
      <Table.ScrollContainer minWidth={880} maxHeight={520}>
        <Table highlightOnHover stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {['Retraining', 'State', 'Why', 'Asked for', 'Took', 'Actions'].map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {retrainings.map((retraining) => (
              <Row key={retraining.id} retraining={retraining} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

function Row({ retraining }: { readonly retraining: RetrainingHead }) {
  const { id, job, state, submittedAt, failure, cancelled } = retraining;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/queue/retrainings/${id}`}>
          {job.kind} {job.model}
        </Anchor>
        <Text size="xs" c="dimmed">
          {id}
        </Text>
      </Table.Td>
      <Table.Td>
        <JobState state={state} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" lineClamp={2}>
          {job.trigger.reason}
        </Text>
        {cancelled ? (
          <Text size="xs" c="dimmed">
            Cancelled by {cancelled.actor}: {cancelled.reason}
          </Text>
        ) : (
          failure && (
            <Text size="xs" c="red">
              {failure.message}
            </Text>
          )
        )}
      </Table.Td>
      <Table.Td>
        <When at={submittedAt} age />
        <Text size="xs" c="dimmed">
          by {job.actor}
        </Text>
      </Table.Td>
      <Table.Td>{tookOf(retraining)}</Table.Td>
      <Table.Td>
        <RetrainingActions id={id} state={state} />
      </Table.Td>
    </Table.Tr>
  );
}

export function tookOf({ startedAt, endedAt }: Pick<RetrainingHead, 'startedAt' | 'endedAt'>): string {
  return startedAt === null || endedAt === null ? '–' : describeDuration(Math.max(0, endedAt - startedAt));
}

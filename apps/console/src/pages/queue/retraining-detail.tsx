// One retraining: the way from the data to the traffic, its jobs, what they logged.

import type { RetrainingAnswer } from '@flightdeck/admin-api';
import { Anchor, Group, ScrollArea, Table, Text } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { JobState } from './job-state.tsx';
import { RetrainingActions } from './retraining-actions.tsx';
import { RetrainingSteps } from './retraining-steps.tsx';

export function RetrainingDetail() {
  const { id = '' } = useParams();
  const answer = useAnswer<RetrainingAnswer>(`/v1/retrainings/${encodeURIComponent(id)}`);
  return (
    <Page
      title={id}
      lead={
        <Anchor component={Link} to="/queue" size="sm">
          The queue
        </Anchor>
      }
      actions={
        answer.data && (
          <Group gap="xs">
            <JobState state={answer.data.state} />
            <RetrainingActions id={id} state={answer.data.state} />
          </Group>
        )
      }
    >
      <Answer of={answer}>
        {(retraining) => (
          <>
            <Asked retraining={retraining} />
            <RetrainingSteps model={retraining.job.model} steps={retraining.steps} />
            <Stages stages={retraining.stages} />
            <Logs lines={retraining.logs} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function Asked({ retraining }: { readonly retraining: RetrainingAnswer }) {
  const { job, submittedAt, failure, cancelled } = retraining;
  return (
    <Section
      title={`${job.kind === 'retrain' ? 'Retrain' : 'Recalibrate'} ${job.model}`}
      note={
        <>
          Asked for by {job.actor}, <When at={submittedAt} />. It may learn from what was known at event time{' '}
          <When at={job.until} />.
        </>
      }
    >
      <Text size="sm">“{job.trigger.reason}”</Text>
      {cancelled ? (
        <Text size="sm">
          Cancelled by {cancelled.actor}: {cancelled.reason}
        </Text>
      ) : (
        failure && (
          <Text size="sm" c="red">
            {failure.code}: {failure.message}
          </Text>
        )
      )}
    </Section>
  );
}

function Stages({ stages }: Pick<RetrainingAnswer, 'stages'>) {
  return (
    <Section
      title="Jobs"
      note="What trainers have been handed of it. A trial that fails leaves the decision to the others."
    >
      {stages.length === 0 ? (
        <Text size="sm">None yet: the first is added when a trainer takes the retraining up.</Text>
      ) : (
        <Table.ScrollContainer minWidth={560}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {['Stage', 'State', 'Tries', 'What it says'].map((name) => (
                  <Table.Th key={name}>{name}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {stages.map(({ id, stage, state, attempts, progress, failure }) => (
                <Table.Tr key={id}>
                  <Table.Td>{stage}</Table.Td>
                  <Table.Td>
                    <JobState state={state} />
                  </Table.Td>
                  <Table.Td>{attempts}</Table.Td>
                  <Table.Td>
                    <Text size="sm">
                      {failure ? `${failure.code}: ${failure.message}` : progress?.message}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  );
}

function Logs({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <Section title="Log">
      <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': 'Log' }}>
        <Text component="pre" size="xs" ff="monospace" m={0} style={{ whiteSpace: 'pre-wrap' }}>
          {lines.join('\n')}
        </Text>
      </ScrollArea.Autosize>
    </Section>
  );
}

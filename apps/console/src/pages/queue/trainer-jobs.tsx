// What the trainers did last, do, and will do next: trainings, and the stages of retrainings.

import type { TrainerJobsAnswer } from '@flightdeck/admin-api';
import { Anchor, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { JobState } from './job-state.tsx';
import { tookOf } from './retraining-list.tsx';

type Job = TrainerJobsAnswer['jobs'][number];

export function TrainerJobs() {
  const answer = useAnswer<TrainerJobsAnswer>('/v1/queue/jobs?limit=50');
  return (
    <Section title="The trainers' jobs" note="The latest 50: trainings, and the stages of retrainings.">
      <Answer of={answer}>
        {({ jobs }) =>
          jobs.length === 0 ? (
            <Text size="sm">No trainer has been asked for anything yet.</Text>
          ) : (
            <Jobs jobs={jobs} />
          )
        }
      </Answer>
    </Section>
  );
}

function Jobs({ jobs }: { readonly jobs: readonly Job[] }) {
  return (
    <Table.ScrollContainer minWidth={760} maxHeight={420}>
      <Table stickyHeader style={{ fontVariantNumeric: 'tabular-nums' }}>
        <Table.Thead>
          <Table.Tr>
            {['Job', 'Of', 'State', 'Tries', 'Added', 'Took', 'Failure'].map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <Table.Tr key={job.id}>
              <Table.Td>{job.stage ?? 'training'}</Table.Td>
              <Table.Td>
                {job.retraining === null ? (
                  <Anchor component={Link} to={`/runs/${job.id}`} size="sm">
                    {job.model}
                  </Anchor>
                ) : (
                  <Anchor component={Link} to={`/queue/retrainings/${job.retraining}`} size="sm">
                    {job.retraining}
                  </Anchor>
                )}
              </Table.Td>
              <Table.Td>
                <JobState state={job.state} />
              </Table.Td>
              <Table.Td>{job.attempts}</Table.Td>
              <Table.Td>
                <When at={job.addedAt} age />
              </Table.Td>
              <Table.Td>{tookOf(job)}</Table.Td>
              <Table.Td>
                <Text size="xs" lineClamp={2}>
                  {job.failure?.message}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

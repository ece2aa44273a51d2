// The queue at a glance: is anything taken up, how many jobs are where, the latest retrainings and jobs.

import type { RetrainingsAnswer, ServedModelsAnswer } from '@flightdeck/admin-api';
import { Alert, Anchor, Button, Group } from '@mantine/core';
import { Link } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { Answer } from '../../parts/answer.tsx';
import { Page } from '../../parts/page.tsx';
import { JobCounts } from './job-counts.tsx';
import { RetrainingList } from './retraining-list.tsx';
import { StartRetraining } from './start-retraining.tsx';
import { TrainerJobs } from './trainer-jobs.tsx';

export function QueueOverview() {
  const answer = useAnswer<RetrainingsAnswer>('/v1/retrainings?limit=50');
  const served = useAnswer<ServedModelsAnswer>('/v1/served-models');
  return (
    <Page
      title="Queue"
      lead="What is to be trained, by whom it was asked for, and how far it is. Times here are of the machines' clocks."
      actions={
        <Group gap="xs">
          <StartRetraining models={served.data?.models ?? []} />
          <Button component={Link} to="/queue/depths" size="compact-sm" variant="default">
            Bull Board
          </Button>
        </Group>
      }
    >
      <Answer of={answer}>
        {({ paused, jobs, retrainings }) => (
          <>
            {paused && (
              <Alert color="yellow" title="The trainers are paused">
                They take up nothing more; what runs goes on. Resume them when it is time.
              </Alert>
            )}
            <JobCounts jobs={jobs} actions={<PauseButton paused={paused} />} />
            <RetrainingList retrainings={retrainings} />
          </>
        )}
      </Answer>
      <TrainerJobs />
    </Page>
  );
}

/** Two buttons, not one that changes its name while its dialog still closes. */
function PauseButton({ paused }: { readonly paused: boolean }) {
  return paused ? (
    <ActionButton
      key="resume"
      name="Resume the trainers"
      path="/v1/retrainings/resume"
      explanation="Trainers take up what waits, the oldest first."
    />
  ) : (
    <ActionButton
      key="pause"
      name="Pause the trainers"
      path="/v1/retrainings/pause"
      explanation={
        <>
          Trainers take up nothing more, trainings neither, until they are resumed. What runs goes on: see{' '}
          <Anchor component={Link} to="/queue/depths" inherit>
            Bull Board
          </Anchor>
          .
        </>
      }
    />
  );
}

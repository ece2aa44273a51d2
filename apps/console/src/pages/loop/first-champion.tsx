// Before there is a champion: the first step to take, or how far the first training has come.

import type { OverviewAnswer } from '@flightdeck/admin-api';
import { Anchor, Code, Group, Progress, Text } from '@mantine/core';
import { Link } from 'react-router';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { counted, percent } from '../../parts/words.ts';

export function FirstChampion({ overview: { model, trainers } }: { readonly overview: OverviewAnswer }) {
  const [job] = trainers?.jobs ?? [];
  if (job) return <FirstTraining job={job} />;
  if (model)
    return (
      <EmptyState
        title={`No version of ${model.name} is champion`}
        next={
          <>
            The gate has let none in, or nobody has promoted one. Look at{' '}
            <Anchor component={Link} to="/models">
              its versions
            </Anchor>
            , then <Code>npx flightdeck models promote {model.name} VERSION</Code>
          </>
        }
      />
    );
  return (
    <EmptyState
      title="Nothing has been trained yet"
      next={
        <>
          The first step is <Code>npx flightdeck train</Code>: it trains a first champion, and this page shows
          how far it has come. <Code>npm run demo</Code> goes once around the whole loop.{failures(trainers)}
        </>
      }
    />
  );
}

/** What has failed before would fail again. */
function failures(trainers: OverviewAnswer['trainers']) {
  if (trainers === null || trainers.failed === 0) return null;
  return (
    <>
      {' '}
      {counted(trainers.failed, 'training')} failed before:{' '}
      <Anchor component={Link} to="/queue">
        the queue
      </Anchor>{' '}
      says why.
    </>
  );
}

type Job = NonNullable<OverviewAnswer['trainers']>['jobs'][number];

function FirstTraining({
  job: { id, model, state, progress, submittedAt, startedAt },
}: {
  readonly job: Job;
}) {
  const fraction = progress?.fraction ?? 0;
  return (
    <Section
      title={
        state === 'active' ? 'The first champion is being trained' : 'The first training waits for a trainer'
      }
      note={
        <>
          {model},{' '}
          <Anchor component={Link} to={`/runs/${id}`}>
            {id}
          </Anchor>
          , {state === 'active' ? 'begun ' : 'submitted '}
          <When at={startedAt ?? submittedAt} age />
        </>
      }
    >
      <Progress value={100 * fraction} size="lg" animated aria-label="Progress of the first training" />
      <Group justify="space-between">
        <Text size="sm">{progress?.message ?? 'It has not told yet how far it is.'}</Text>
        <Text size="sm" fw={600}>
          {percent(fraction, 0)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        When it is done the gate judges it; a version that passes becomes the champion, and serving takes it
        up by itself.
      </Text>
    </Section>
  );
}

// All experiments, the newest first.

import type { ExperimentAnswer, ExperimentsAnswer } from '@flightdeck/admin-api';
import { Anchor, Button, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Page } from '../../parts/page.tsx';
import { When } from '../../parts/when.tsx';
import { count } from '../../parts/words.ts';
import { ExperimentState } from './experiment-state.tsx';
import { conclusionOf, pathOf } from './experiment-words.ts';

export function ExperimentList() {
  const answer = useAnswer<ExperimentsAnswer>('/v1/experiments');
  return (
    <Page
      title="Experiments"
      lead="A rollout asks whether a version is safe. An experiment asks whether it is better, and how sure one can be."
      actions={<PlanButton />}
    >
      <Answer of={answer}>
        {({ experiments }) =>
          experiments.length === 0 ? <NothingYet /> : <List experiments={experiments} />
        }
      </Answer>
    </Page>
  );
}

function PlanButton() {
  return (
    <Button component={Link} to="/experiments/new" size="compact-sm">
      Plan an experiment
    </Button>
  );
}

function NothingYet() {
  return (
    <EmptyState
      title="No experiment has been made yet"
      next={
        <>
          <Text>
            Declare two variants, one metric and the smallest effect worth finding; the plan says how many
            units that takes, and how many days. Traffic is then split by the hash of each request's{' '}
            <em>unit</em>, and the answer is a verdict with its interval.
          </Text>
          <Anchor component={Link} to="/experiments/new">
            Plan the first one
          </Anchor>
        </>
      }
    />
  );
}

function List({ experiments }: { readonly experiments: readonly ExperimentAnswer[] }) {
  return (
    <Table.ScrollContainer minWidth={860}>
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {['Experiment', 'State', 'Metric', 'Variants', 'Planned units', 'Begun', 'Result'].map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {experiments.map((one) => (
            <Row key={one.experiment.name} one={one} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ one }: { readonly one: ExperimentAnswer }) {
  const { experiment, plan, versions, createdAt, asked } = one;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={pathOf(experiment.name)}>
          {experiment.name}
        </Anchor>
        <Text size="xs" c="dimmed">
          {one.model}
        </Text>
      </Table.Td>
      <Table.Td>
        <ExperimentState of={one} />
      </Table.Td>
      <Table.Td>{experiment.metric.name}</Table.Td>
      <Table.Td>
        {experiment.variants.map(({ name }) => `${name}: version ${versions[name]}`).join(', ')}
      </Table.Td>
      <Table.Td>{count(plan.total)}</Table.Td>
      <Table.Td>
        <When at={createdAt} age />
        <Text size="xs" c="dimmed">
          by {asked.by}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm" lineClamp={2}>
          {conclusionOf(one)}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

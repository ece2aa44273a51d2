// The review queue: answers that a person should label, because the version itself was least sure of them.

import type { ReviewAnswer, ReviewedPrediction } from '@flightdeck/admin-api';
import { Anchor, Code, Group, Stack, Table, Text } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { When } from '../../parts/when.tsx';
import { count, decimal } from '../../parts/words.ts';
import { LabelButton } from './label-button.tsx';
import { predictionPath } from './prediction-table.tsx';

const shown = 25;

export function Review({ models }: { readonly models: readonly string[] }) {
  const [parameters] = useSearchParams();
  const model = parameters.get('model') ?? models[0]!;
  const answer = useAnswer<ReviewAnswer>(`/v1/review?model=${model}&limit=${shown}`);
  return (
    <Answer of={answer}>
      {({ considered, predictions }) =>
        predictions.length === 0 ? (
          <NothingToReview considered={considered} />
        ) : (
          <Stack>
            <Text size="sm" role="status">
              Of the latest {count(considered)} answers, the {predictions.length} without a label whose score
              is nearest to the threshold of the version that gave it. There its call could most easily have
              been the other one, so a label teaches most (uncertainty sampling: Lewis and Gale, 1994). These
              labels are no random sample: do not take an average of them for the quality of the model.
            </Text>
            <ReviewTable model={model} predictions={predictions} />
          </Stack>
        )
      }
    </Answer>
  );
}

function NothingToReview({ considered }: { readonly considered: number }) {
  return (
    <EmptyState
      title="Nothing waits for a person"
      next={
        considered === 0 ? (
          'Nothing was answered yet by a version that is current. Ask for a prediction on the page Try it.'
        ) : (
          <>All of the latest {count(considered)} answers have their label.</>
        )
      }
    />
  );
}

interface ReviewTableProps {
  readonly model: string;
  readonly predictions: readonly ReviewedPrediction[];
}

function ReviewTable({ model, predictions }: ReviewTableProps) {
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table striped verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Prediction</Table.Th>
            <Table.Th>Event time</Table.Th>
            <Table.Th>Version</Table.Th>
            <Table.Th ta="right">Score</Table.Th>
            <Table.Th ta="right">Threshold</Table.Th>
            <Table.Th ta="right">Apart</Table.Th>
            <Table.Th>What it turned out to be</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: 'tabular-nums' }}>
          {predictions.map(({ id, eventTime, version, score, threshold }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <Anchor component={Link} to={predictionPath(model, id)} inherit>
                  <Code>{id}</Code>
                </Anchor>
              </Table.Td>
              <Table.Td>
                <When at={eventTime} />
              </Table.Td>
              <Table.Td>{version}</Table.Td>
              <Table.Td ta="right">{decimal(score!)}</Table.Td>
              <Table.Td ta="right">{decimal(threshold)}</Table.Td>
              <Table.Td ta="right">{decimal(Math.abs(score! - threshold))}</Table.Td>
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  <LabelButton model={model} id={id} label={1} />
                  <LabelButton model={model} id={id} label={0} />
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

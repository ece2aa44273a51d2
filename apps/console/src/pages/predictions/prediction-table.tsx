// Predictions as rows.

import type { FoundPrediction } from '@flightdeck/admin-api';
import { Anchor, Badge, Code, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { When } from '../../parts/when.tsx';
import { decimal, describeDuration } from '../../parts/words.ts';

interface PredictionTableProps {
  readonly model: string;
  readonly predictions: readonly FoundPrediction[];
}

export function PredictionTable({ model, predictions }: PredictionTableProps) {
  return (
    <Table.ScrollContainer minWidth={900}>
      <Table striped highlightOnHover verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Prediction</Table.Th>
            <Table.Th>Event time</Table.Th>
            <Table.Th>Answered</Table.Th>
            <Table.Th>Unit</Table.Th>
            <Table.Th>Version</Table.Th>
            <Table.Th ta="right">Score</Table.Th>
            <Table.Th>Label</Table.Th>
            <Table.Th ta="right">Latency</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {predictions.map((prediction) => (
            <PredictionRow key={prediction.id} model={model} prediction={prediction} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function PredictionRow({ model, prediction }: { model: string; prediction: FoundPrediction }) {
  const { id, eventTime, at, unit, version, variant, score, failure, label, latencyMs } = prediction;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={predictionPath(model, id)} inherit>
          <Code>{id}</Code>
        </Anchor>
      </Table.Td>
      <Table.Td>
        <When at={eventTime} />
      </Table.Td>
      <Table.Td>
        <When at={at} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" truncate maw={180} title={unit}>
          {unit}
        </Text>
      </Table.Td>
      <Table.Td>
        {version ?? 'none'}{' '}
        <Text span inherit c="dimmed">
          {variant === String(version) ? 'canary' : variant}
        </Text>
      </Table.Td>
      <Table.Td ta="right" style={{ fontVariantNumeric: 'tabular-nums' }}>
        {score === null ? <FailureMark code={failure} /> : decimal(score)}
      </Table.Td>
      <Table.Td>
        {label ?? (
          <Text span inherit c="dimmed">
            not known
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">{latency(latencyMs)}</Table.Td>
    </Table.Tr>
  );
}

export const predictionPath = (model: string, id: string) => `/predictions/${model}/${id}`;

/** "4.2 ms", and from 10 ms on without a fraction. */
export function latency(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : describeDuration(milliseconds);
}

export function FailureMark({ code }: { readonly code: string | null }) {
  return (
    <Badge color="red" variant="light" autoContrast tt="none">
      {code ?? 'failed'}
    </Badge>
  );
}

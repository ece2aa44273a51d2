// The features of a prediction as the version saw them, and where each came from.

import type { PredictionAnswer } from '@flightdeck/admin-api';
import { Badge, Table, Text } from '@mantine/core';
import { Section } from '../../parts/section.tsx';

const statuses: Readonly<Record<string, { readonly colour: string; readonly meaning: string }>> = {
  given: { colour: 'blue', meaning: 'in the request' },
  present: { colour: 'green', meaning: 'looked up by serving' },
  stale: { colour: 'yellow', meaning: 'looked up, but its events have not been heard of for too long' },
  default: { colour: 'gray', meaning: 'neither given nor known: the declared default, or missing' },
};

export function FeatureTable({
  prediction: { features, failure },
}: {
  readonly prediction: PredictionAnswer;
}) {
  return (
    <Section
      title="Features"
      note={
        failure === null
          ? 'As the version saw them.'
          : 'The request failed. What is missing here may never have been read.'
      }
    >
      <Table.ScrollContainer minWidth={480}>
        <Table striped fz="sm" verticalSpacing={4} aria-label="Features">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Feature</Table.Th>
              <Table.Th ta="right">Value</Table.Th>
              <Table.Th>Status</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {features.map(({ name, value, status, description }) => (
              <Table.Tr key={name}>
                <Table.Td>
                  {name}
                  <Text size="xs" c="dimmed">
                    {description}
                  </Text>
                </Table.Td>
                <Table.Td ta="right" style={{ fontVariantNumeric: 'tabular-nums' }}>
                  {valueText(value)}
                </Table.Td>
                <Table.Td>
                  <Badge color={statuses[status]?.colour ?? 'gray'} variant="light" autoContrast tt="none">
                    {status}
                  </Badge>
                  <Text size="xs" c="dimmed">
                    {statuses[status]?.meaning}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

/** Six digits say what a 32-bit number holds of use. */
export function valueText(value: number | string | null): string {
  if (value === null) return 'missing';
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
}

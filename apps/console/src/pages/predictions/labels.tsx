// What a prediction turned out to be, with every correction, and who of us has said so.

import type { PredictionAnswer } from '@flightdeck/admin-api';
import { Badge, Group, Table, Text } from '@mantine/core';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { LabelButton } from './label-button.tsx';

export function Labels({ prediction }: { readonly prediction: PredictionAnswer }) {
  const { model, id, labels, labelled } = prediction;
  return (
    <Section
      title="What it turned out to be"
      note={
        labels.length === 0
          ? 'Not known yet. Labels come by themselves when the truth is known (POST /v1/models/…/labels), or from you.'
          : 'The label that became known last counts. Those that it corrects are kept.'
      }
      actions={
        <Group gap="xs">
          <LabelButton model={model} id={id} label={1} />
          <LabelButton model={model} id={id} label={0} />
        </Group>
      }
    >
      {labels.length > 0 && <LabelTable prediction={prediction} />}
      {labelled.map(({ id: decision, actor, at, reason, evidence }) => (
        <Text key={decision} size="sm">
          {actor} gave the label {(evidence as { label: number }).label}, <When at={at} />: “{reason}”
          (decision {decision})
        </Text>
      ))}
    </Section>
  );
}

function LabelTable({ prediction: { labels } }: { readonly prediction: PredictionAnswer }) {
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table fz="sm" verticalSpacing={4} aria-label="Labels">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Label</Table.Th>
            <Table.Th>Known at (event time)</Table.Th>
            <Table.Th>Came at</Table.Th>
            <Table.Th>Sent by the key</Table.Th>
            <Table.Th>Counts</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {labels.map(({ label, knownAt, at, actor }, place) => (
            <Table.Tr key={`${knownAt} ${at} ${label}`}>
              <Table.Td>{label}</Table.Td>
              <Table.Td>
                <When at={knownAt} />
              </Table.Td>
              <Table.Td>
                <When at={at} />
              </Table.Td>
              <Table.Td>{actor}</Table.Td>
              <Table.Td>
                {place === 0 ? (
                  <Badge color="green" variant="light" autoContrast tt="none">
                    counts
                  </Badge>
                ) : (
                  'corrected'
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

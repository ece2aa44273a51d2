// What a version takes and gives: each input with its bounds, and with what training saw of it.

import type { VersionContents, VersionInput } from '@flightdeck/admin-api';
import { Table, Text } from '@mantine/core';
import { Section } from '../../../parts/section.tsx';
import { WideTable } from '../../../parts/wide-table.tsx';
import { count, percent } from '../../../parts/words.ts';

interface InputTableProps {
  readonly inputs: readonly VersionInput[];
  readonly output: VersionContents['output'];
  readonly rows: number | null;
}

export function InputTable({ inputs, output, rows }: InputTableProps) {
  const seen =
    rows === null
      ? 'The bundle has no reference profile.'
      : `What was seen of them is of ${count(rows)} training rows.`;
  return (
    <Section
      title={`${inputs.length} inputs`}
      note={output ? `It gives the probability that a row ${output.positive}. ${seen}` : seen}
    >
      <WideTable
        label="Inputs"
        minWidth={760}
        head={['Input', 'Type', 'Allowed', 'Seen in training', 'Missing']}
      >
        {inputs.map(({ name, type, description, minimum, maximum, seen }) => (
          <Table.Tr key={name}>
            <Table.Td>
              <b>{name}</b>
              {description !== null && (
                <Text size="xs" c="dimmed">
                  {description}
                </Text>
              )}
            </Table.Td>
            <Table.Td>{type}</Table.Td>
            <Table.Td style={{ whiteSpace: 'nowrap' }}>{allowed(minimum, maximum)}</Table.Td>
            <Table.Td>{describeSeen(seen)}</Table.Td>
            <Table.Td>{seen === null ? '–' : percent(seen.missing)}</Table.Td>
          </Table.Tr>
        ))}
      </WideTable>
    </Section>
  );
}

function allowed(minimum: number | null, maximum: number | null): string {
  if (minimum === null && maximum === null) return 'anything';
  return `${minimum ?? '−∞'} to ${maximum ?? '∞'}`;
}

function describeSeen(seen: VersionInput['seen']): string {
  if (seen === null) return '–';
  if (seen.kind === 'category')
    return `${count(seen.categories)} values${seen.commonest === null ? '' : `, most often ${seen.commonest}`}`;
  return `mean ${short(seen.mean)}, deviation ${short(seen.deviation)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

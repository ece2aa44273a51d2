// What a run was told, or comes from, name by name; what has parts can be opened.

import { Code, Spoiler, Table, Text } from '@mantine/core';
import { Section } from '../../parts/section.tsx';

interface ParameterTableProps {
  readonly title: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export function ParameterTable({ title, values }: ParameterTableProps) {
  const entries = Object.entries(values);
  return (
    <Section title={title}>
      {entries.length === 0 ? (
        <Text size="sm" c="dimmed">
          It recorded none.
        </Text>
      ) : (
        <Table verticalSpacing={6} layout="fixed">
          <Table.Tbody>
            {entries.map(([name, value]) => (
              <Table.Tr key={name} style={{ verticalAlign: 'top' }}>
                <Table.Th scope="row" w="38%" fw={400}>
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  <Value of={value} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function Value({ of }: { readonly of: unknown }) {
  if (of === null) return 'unknown';
  if (typeof of !== 'object') return String(of);
  return (
    <Spoiler maxHeight={72} showLabel="All of it" hideLabel="Less">
      <Code block>{JSON.stringify(of, null, 1)}</Code>
    </Spoiler>
  );
}

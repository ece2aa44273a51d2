// The rollouts of an endpoint, newest first, and what came of each.

import type { RolloutHead } from '@flightdeck/admin-api';
import { Anchor, Badge, Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';

const page = 10;
const most = 500;

const outcomes: Readonly<Record<RolloutHead['status'], readonly [words: string, colour: string]>> = {
  running: ['under way', 'blue'],
  held: ['held', 'yellow'],
  halted: ['halted', 'orange'],
  full: ['became champion', 'green'],
  'rolled-back': ['rolled back', 'red'],
  aborted: ['aborted', 'gray'],
};

export function EarlierRollouts({ endpoint }: { readonly endpoint: string }) {
  const [limit, setLimit] = useState(page);
  const rollouts = useAnswer<{ rollouts: readonly RolloutHead[] }>(
    `/v1/rollouts?endpoint=${endpoint}&limit=${limit}`,
    { keep: true },
  );
  return (
    <Section title="Rollouts" note="Newest first; each with its whole record.">
      <Answer of={rollouts}>
        {({ rollouts: found }) =>
          found.length === 0 ? (
            <Text size="sm" c="dimmed">
              There has been none at this endpoint.
            </Text>
          ) : (
            <Rollouts of={found} />
          )
        }
      </Answer>
      {rollouts.data?.rollouts.length === limit && limit < most && (
        <Button variant="default" size="compact-sm" onClick={() => setLimit(Math.min(most, 5 * limit))}>
          More
        </Button>
      )}
    </Section>
  );
}

function Rollouts({ of }: { readonly of: readonly RolloutHead[] }) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th>Against</Table.Th>
            <Table.Th>Outcome</Table.Th>
            <Table.Th>Last decision</Table.Th>
            <Table.Th>Event time</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map(({ id, endpoint, candidate, champion, status, latest }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <Anchor component={Link} to={`/endpoint/${endpoint}/rollouts/${id}`} size="sm">
                  version {candidate}
                </Anchor>
              </Table.Td>
              <Table.Td>version {champion}</Table.Td>
              <Table.Td>
                <Badge color={outcomes[status][1]} variant="light" autoContrast tt="none">
                  {outcomes[status][0]}
                </Badge>
              </Table.Td>
              <Table.Td>{latest.why}</Table.Td>
              <Table.Td>
                <When at={latest.at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

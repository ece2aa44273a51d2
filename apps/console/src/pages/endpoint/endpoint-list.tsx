// The endpoints, where there are several; where there is one, that one.

import type { EndpointHead } from '@flightdeck/admin-api';
import { Anchor, Code, Table, Text } from '@mantine/core';
import { Link, Navigate } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Page } from '../../parts/page.tsx';
import { When } from '../../parts/when.tsx';
import { TrafficBar } from './traffic-bar.tsx';

export function EndpointList() {
  const endpoints = useAnswer<{ endpoints: readonly EndpointHead[] }>('/v1/endpoints');
  const [only, ...others] = endpoints.data?.endpoints ?? [];
  if (only && others.length === 0) return <Navigate to={only.name} replace />;
  return (
    <Page
      title="Endpoints"
      lead="What serving serves under a name: which versions answer, and who gets which."
    >
      <Answer of={endpoints}>
        {({ endpoints: found }) => (found.length === 0 ? <Empty /> : <List of={found} />)}
      </Answer>
    </Page>
  );
}

function Empty() {
  return (
    <EmptyState
      title="Nothing is served yet"
      next={
        <>
          The first champion of a model makes its endpoint: <Code>npx flightdeck train</Code>
        </>
      }
    />
  );
}

function List({ of }: { readonly of: readonly EndpointHead[] }) {
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Endpoint</Table.Th>
            <Table.Th>Model</Table.Th>
            <Table.Th>Traffic</Table.Th>
            <Table.Th>Under way</Table.Th>
            <Table.Th>Changed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map((endpoint) => (
            <Table.Tr key={endpoint.name}>
              <Table.Td>
                <Anchor component={Link} to={endpoint.name}>
                  {endpoint.name}
                </Anchor>
              </Table.Td>
              <Table.Td>{endpoint.model}</Table.Td>
              <Table.Td miw={200}>
                <TrafficBar endpoint={endpoint} />
              </Table.Td>
              <Table.Td>
                <Text size="sm">{underWay(endpoint)}</Text>
              </Table.Td>
              <Table.Td>
                <When at={endpoint.updatedAt} age />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function underWay({ rollout, experiment }: EndpointHead): string {
  if (rollout) return `rollout of version ${rollout.candidate}`;
  return experiment ? 'an experiment' : 'nothing';
}

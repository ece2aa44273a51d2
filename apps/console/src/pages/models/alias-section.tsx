// Where each alias points now, since when, by whom and why; and the way back.

import type { ModelAnswer } from '@flightdeck/admin-api';
import { Table, Text } from '@mantine/core';
import { ActionButton } from '../../parts/action-button.tsx';
import { Command } from '../../parts/command.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { pathOf } from './paths.ts';

export function AliasSection({ model }: { readonly model: ModelAnswer }) {
  const { name, aliases } = model;
  return (
    <Section
      title="Aliases"
      note="Movable names for versions. Servers follow the champion; a challenger waits for its rollout."
      actions={<RollBack model={model} />}
    >
      {aliases.length === 0 ? (
        <EmptyState
          title="No alias has been set"
          next={<Command>{`npx flightdeck models promote ${name} latest --reason "the first"`}</Command>}
        />
      ) : (
        <WideTable label="Aliases" minWidth={620} head={['Alias', 'Version', 'Since', 'Who', 'Why']}>
          {aliases.map(({ alias, to, at, actor, reason }) => (
            <Table.Tr key={alias}>
              <Table.Td fw={600}>{alias}</Table.Td>
              <Table.Td>
                <PageLink to={pathOf.version(name, to)}>v{to}</PageLink>
              </Table.Td>
              <Table.Td>
                <When at={at} />
              </Table.Td>
              <Table.Td>{actor}</Table.Td>
              <Table.Td>{reason}</Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
    </Section>
  );
}

function RollBack({ model: { name, aliases, rollbackTo, underWay } }: { readonly model: ModelAnswer }) {
  const champion = aliases.find(({ alias }) => alias === 'champion');
  if (!champion || rollbackTo === null) return null;
  return (
    <ActionButton
      name={`Roll back to v${rollbackTo}`}
      explanation={
        <>
          <Text size="sm">
            Version {rollbackTo}, the champion before, becomes champion again in place of version{' '}
            {champion.to}, which {champion.actor} put there ("{champion.reason}"). Servers follow within
            seconds.
          </Text>
          {underWay?.kind === 'rollout' && (
            <Text size="sm" mt="xs">
              The rollout {underWay.id} is aborted first.
            </Text>
          )}
        </>
      }
      path={`/v1/models/${name}/rollback`}
      button={{ color: 'red', variant: 'light' }}
    />
  );
}

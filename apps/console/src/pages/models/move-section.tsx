// The transition log: every move of an alias, with who, why, and on what evidence. Nobody can rewrite it.

import type { MovesAnswer, Transition } from '@flightdeck/admin-api';
import { SegmentedControl, Table, Text } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { pathOf } from './paths.ts';

const all = 'all';

export function MoveSection({ model }: { readonly model: string }) {
  const [search, setSearch] = useSearchParams();
  const alias = search.get('alias') ?? all;
  const query = new URLSearchParams({ limit: '20' });
  if (alias !== all) query.set('alias', alias);
  const before = search.get('moves');
  if (before !== null) query.set('before', before);
  const moves = useAnswer<MovesAnswer>(`/v1/models/${model}/moves?${query}`, { keep: true });
  const choose = (chosen: string) =>
    setSearch((old) => {
      const changed = new URLSearchParams(old);
      changed.delete('moves');
      changed.set('alias', chosen);
      return changed;
    });
  return (
    <Section
      title="Transition log"
      note="Every move of an alias, by whomever. It is append-only."
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Which alias"
          value={alias}
          onChange={choose}
          data={[all, 'champion', 'challenger']}
        />
      }
    >
      <Answer of={moves}>
        {({ moves, next }) =>
          moves.length === 0 ? (
            <Text size="sm" c="dimmed">
              No such alias has been moved yet.
            </Text>
          ) : (
            <>
              <MoveTable moves={moves} />
              <Pager next={next} name="Older moves" parameter="moves" />
            </>
          )
        }
      </Answer>
    </Section>
  );
}

function MoveTable({ moves }: { readonly moves: readonly Transition[] }) {
  return (
    <WideTable label="Transition log" minWidth={760} head={['When', 'Alias', 'From', 'To', 'Who', 'Why']}>
      {moves.map(({ id, model, alias, from, to, at, actor, reason, restores, evidence }) => (
        <Table.Tr key={id}>
          <Table.Td>
            <When at={at} />
          </Table.Td>
          <Table.Td>{alias}</Table.Td>
          <Table.Td>
            {from === null ? '–' : <PageLink to={pathOf.version(model, from)}>v{from}</PageLink>}
          </Table.Td>
          <Table.Td style={{ whiteSpace: 'nowrap' }}>
            <PageLink to={pathOf.version(model, to)}>v{to}</PageLink>
            {restores !== null && ' (rollback)'}
          </Table.Td>
          <Table.Td>{actor}</Table.Td>
          <Table.Td>
            {reason}
            <Evidence of={evidence} />
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  );
}

/** A rollout is linked; the gate's opinion is counted, since the version's page has it whole. */
function Evidence({ of }: { readonly of: Transition['evidence'] }) {
  const { rollout, gate, runId } = (of ?? {}) as {
    rollout?: string;
    runId?: string;
    gate?: { verdict: string };
  };
  const parts = [
    ...(gate ? [`gate: ${gate.verdict}`] : []),
    ...(rollout === undefined
      ? []
      : [
          <PageLink key="rollout" to="/endpoint">
            {rollout}
          </PageLink>,
        ]),
    ...(runId === undefined
      ? []
      : [
          <PageLink key="run" to={pathOf.run(runId)}>
            {runId}
          </PageLink>,
        ]),
  ];
  if (parts.length === 0) return null;
  return (
    <Text size="xs" c="dimmed">
      {parts.map((part, i) => (
        <span key={i}>
          {i > 0 && ' · '}
          {part}
        </span>
      ))}
    </Text>
  );
}

// A model's versions, newest first, a page at a time; and any two of them chosen to be compared.

import type { ModelAnswer, VersionHead, VersionsAnswer } from '@flightdeck/admin-api';
import { Badge, Button, Checkbox, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { metricName } from '../../parts/metric-words.ts';
import { PageLink } from '../../parts/page-link.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { When } from '../../parts/when.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { bytes, decimal } from '../../parts/words.ts';
import { pathOf } from './paths.ts';

export function VersionSection({ model: { name } }: { readonly model: ModelAnswer }) {
  const [search] = useSearchParams();
  const before = search.get('before');
  const query = before === null ? '?limit=25' : `?limit=25&before=${before}`;
  const versions = useAnswer<VersionsAnswer>(`/v1/models/${name}/versions${query}`, { keep: true });
  const [chosen, setChosen] = useState<readonly number[]>([]);
  // Of three that were chosen, the first one gives way.
  const choose = (version: number) =>
    setChosen((all) =>
      all.includes(version) ? all.filter((one) => one !== version) : [...all, version].slice(-2),
    );
  return (
    <Section
      title="Versions"
      note="Metrics are of the rows that each was tested on. Choose two to compare them."
      actions={<CompareButton model={name} chosen={chosen} />}
    >
      <Answer of={versions}>
        {({ versions, next }) => (
          <>
            <VersionTable versions={versions} chosen={chosen} choose={choose} />
            <Pager next={next} name="Older versions" />
          </>
        )}
      </Answer>
    </Section>
  );
}

function CompareButton({ model, chosen }: { model: string; chosen: readonly number[] }) {
  const [first, second] = chosen.toSorted((a, b) => b - a);
  if (first === undefined || second === undefined)
    return (
      <Button size="compact-sm" variant="default" disabled>
        Compare two versions
      </Button>
    );
  return (
    <Button size="compact-sm" component={Link} to={pathOf.comparison(model, first, second)}>
      Compare v{first} with v{second}
    </Button>
  );
}

interface VersionTableProps {
  readonly versions: readonly VersionHead[];
  readonly chosen: readonly number[];
  readonly choose: (version: number) => void;
}

function VersionTable({ versions, chosen, choose }: VersionTableProps) {
  const metrics = [...new Set(versions.flatMap(({ metrics }) => Object.keys(metrics)))];
  const head = ['Compare', 'Version', 'Gate', ...metrics.map(metricName), 'Made', 'Size'];
  return (
    <WideTable label="Versions" minWidth={860} head={head}>
      {versions.map((one) => (
        <Table.Tr key={one.version}>
          <Table.Td>
            <Checkbox
              size="xs"
              aria-label={`Compare version ${one.version}`}
              checked={chosen.includes(one.version)}
              disabled={one.deletedAt !== null}
              onChange={() => choose(one.version)}
            />
          </Table.Td>
          <Table.Td>
            <VersionName version={one} />
          </Table.Td>
          <Table.Td>
            <VerdictMark verdict={one.verdict} />
          </Table.Td>
          {metrics.map((metric) => (
            <Table.Td key={metric}>
              {one.metrics[metric] === undefined ? '–' : decimal(one.metrics[metric])}
            </Table.Td>
          ))}
          <Table.Td>
            <When at={one.createdAt} />{' '}
            <Text span size="xs" c="dimmed">
              by {one.createdBy}
            </Text>
          </Table.Td>
          <Table.Td style={{ whiteSpace: 'nowrap' }}>{bytes(one.bytes)}</Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  );
}

function VersionName({ version: { model, version, aliases, deletedAt } }: { version: VersionHead }) {
  if (deletedAt !== null)
    return (
      <Text span size="sm" c="dimmed">
        v{version}, deleted
      </Text>
    );
  return (
    <Group gap={6} wrap="nowrap">
      <PageLink to={pathOf.version(model, version)}>v{version}</PageLink>
      {aliases.map((alias) => (
        <Badge key={alias} size="sm" variant="light" autoContrast tt="none" miw="max-content">
          {alias}
        </Badge>
      ))}
    </Group>
  );
}

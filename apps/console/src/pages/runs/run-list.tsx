// All runs, newest first, a page at a time; of one model and one status, where one chooses.

import type { ModelsAnswer, RunHead, RunsAnswer } from '@flightdeck/admin-api';
import { Group, NativeSelect, Table, Text } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Command } from '../../parts/command.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { metricName } from '../../parts/metric-words.ts';
import { Page } from '../../parts/page.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { Pager } from '../../parts/pager.tsx';
import { When } from '../../parts/when.tsx';
import { WideTable } from '../../parts/wide-table.tsx';
import { decimal } from '../../parts/words.ts';
import { pathOf } from '../models/paths.ts';
import { RunStatus } from './run-status.tsx';
import { Took } from './took.tsx';

const filters = ['model', 'status', 'before'] as const;

export function RunList() {
  const [search] = useSearchParams();
  const query = new URLSearchParams({ limit: '25' });
  for (const filter of filters) {
    const value = search.get(filter);
    if (value) query.set(filter, value);
  }
  const runs = useAnswer<RunsAnswer>(`/v1/runs?${query}`, { keep: true });
  return (
    <Page
      title="Runs"
      lead="A run is one attempt at making a version: a training, the end of a search, a recalibration."
      actions={<Filters />}
    >
      <Answer of={runs}>
        {({ runs, next }) =>
          runs.length === 0 ? (
            <EmptyState
              title={search.size === 0 ? 'No run has been made yet' : 'No run is like that'}
              next={<Command>npx flightdeck train --rows 20000</Command>}
            />
          ) : (
            <>
              <RunTable runs={runs} />
              <Pager next={next} name="Older runs" />
            </>
          )
        }
      </Answer>
    </Page>
  );
}

function Filters() {
  const [search, setSearch] = useSearchParams();
  const models = useAnswer<ModelsAnswer>('/v1/models');
  const choose = (filter: 'model' | 'status', value: string) =>
    setSearch((old) => {
      const changed = new URLSearchParams(old);
      changed.delete('before');
      if (value === '') changed.delete(filter);
      else changed.set(filter, value);
      return changed;
    });
  const names = models.data?.models.map(({ name }) => name) ?? [];
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        label="Model"
        value={search.get('model') ?? ''}
        onChange={(event) => choose('model', event.currentTarget.value)}
        data={[{ value: '', label: 'all models' }, ...names]}
      />
      <NativeSelect
        size="xs"
        label="Status"
        value={search.get('status') ?? ''}
        onChange={(event) => choose('status', event.currentTarget.value)}
        data={[{ value: '', label: 'any status' }, 'running', 'finished', 'failed']}
      />
    </Group>
  );
}

function RunTable({ runs }: { readonly runs: readonly RunHead[] }) {
  const metrics = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))].slice(0, 3);
  const head = ['Run', 'Status', 'Model', ...metrics.map(metricName), 'Started', 'Took', 'Made'];
  return (
    <WideTable label="Runs" minWidth={900} head={head}>
      {runs.map((run) => (
        <Table.Tr key={run.id}>
          <Table.Td>
            <PageLink to={pathOf.run(run.id)}>{run.id}</PageLink>
            {run.reason !== null && (
              <Text size="xs" c="dimmed" lineClamp={1} maw={340}>
                {run.actor}: {run.reason}
              </Text>
            )}
          </Table.Td>
          <Table.Td>
            <RunStatus status={run.status} />
          </Table.Td>
          <Table.Td>
            <PageLink to={pathOf.model(run.model)}>{run.model}</PageLink>
          </Table.Td>
          {metrics.map((metric) => (
            <Table.Td key={metric}>
              {run.metrics[metric] === undefined ? '–' : decimal(run.metrics[metric])}
            </Table.Td>
          ))}
          <Table.Td>
            <When at={run.startedAt} />
          </Table.Td>
          <Table.Td>
            <Took run={run} />
          </Table.Td>
          <Table.Td>
            <Made run={run} />
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  );
}

function Made({ run: { model, versions, status } }: { readonly run: RunHead }) {
  if (versions.length === 0) return status === 'running' ? '' : 'no version';
  return versions.map((version, i) => (
    <span key={version}>
      {i > 0 && ', '}
      <PageLink to={pathOf.version(model, version)}>v{version}</PageLink>
    </span>
  ));
}

// One run: how it stands, its curves while it trains, the trials it chose from, its lines, its parameters.

import type { RunAnswer, SeriesAnswer } from '@flightdeck/admin-api';
import { Alert, Group, SimpleGrid } from '@mantine/core';
import { useParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Figure } from '../../parts/figure.tsx';
import { metricName } from '../../parts/metric-words.ts';
import { Page } from '../../parts/page.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { decimal } from '../../parts/words.ts';
import { pathOf } from '../models/paths.ts';
import { LossSection } from './loss-section.tsx';
import { ParameterTable } from './parameter-table.tsx';
import { RunLines } from './run-lines.tsx';
import { RunStatus } from './run-status.tsx';
import { Took } from './took.tsx';
import { TrialSection } from './trial-section.tsx';

/** Not every registry tells when a run goes on, so it is asked. */
const whileRunning = (latest: { readonly status: string } | undefined) =>
  latest?.status === 'running' ? 2_000 : false;

export function RunView() {
  const { id = '' } = useParams();
  const path = `/v1/runs/${encodeURIComponent(id)}`;
  const series = useAnswer<SeriesAnswer>(`${path}/series`, { every: whileRunning });
  const run = useAnswer<RunAnswer>(path, { every: whileRunning });
  return (
    <Page
      title={
        <Group gap="xs">
          {id}
          {run.data && <RunStatus status={run.data.status} />}
        </Group>
      }
      lead={
        <>
          <PageLink to="/runs">All runs</PageLink>
          {run.data && <Origin run={run.data} />}
        </>
      }
    >
      <Answer of={run}>
        {(found) => (
          <>
            {found.error && (
              <Alert color="red" title={found.error.code}>
                {found.error.message}
              </Alert>
            )}
            <Outcome run={found} />
            <Answer of={series}>{({ points }) => <LossSection points={points} run={found} />}</Answer>
            {found.trials.length > 0 && <TrialSection run={found} />}
            <RunLines id={id} every={whileRunning(found)} />
            <SimpleGrid cols={{ base: 1, md: 2 }}>
              <ParameterTable title="Parameters" values={found.parameters} />
              <ParameterTable title="Lineage" values={found.lineage} />
            </SimpleGrid>
          </>
        )}
      </Answer>
    </Page>
  );
}

function Origin({ run: { model, actor, reason, startedAt } }: { readonly run: RunAnswer }) {
  return (
    <>
      . A run of <PageLink to={pathOf.model(model)}>{model}</PageLink>, started <When at={startedAt} />
      {actor !== null && ` for ${actor}`}
      {reason !== null && `: “${reason}”`}.
    </>
  );
}

function Outcome({ run }: { readonly run: RunAnswer }) {
  const { model, versions, metrics, status, attempt } = run;
  const last = versions.at(-1);
  return (
    <Section title="Outcome" note={outcomeOf(run)}>
      <Group gap="xl">
        <Figure
          name="Made"
          value={last === undefined ? '–' : versions.map((version) => `v${version}`).join(', ')}
          {...(last !== undefined && { evidence: pathOf.version(model, last) })}
        />
        <Figure
          name={status === 'running' ? 'Going on for' : 'Took'}
          value={<Took run={run} />}
          detail={`attempt ${attempt}`}
        />
        {Object.entries(metrics).map(([metric, value]) => (
          <Figure
            key={metric}
            name={metricName(metric)}
            value={decimal(value)}
            {...(last !== undefined && { evidence: pathOf.version(model, last) })}
          />
        ))}
      </Group>
    </Section>
  );
}

function outcomeOf({ status, versions }: RunAnswer): string {
  if (status === 'running') return 'It is under way; its metrics are known when it ends.';
  if (status === 'failed') return 'It failed, and left no version.';
  if (versions.length === 0) return 'It finished, and the gate let no version in. Its lines say why.';
  return 'It finished. The metrics are of the rows that it was tested on; the version has their intervals.';
}

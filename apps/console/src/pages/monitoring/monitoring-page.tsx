// Monitoring: what reports have found over time about an endpoint's versions. Everything on it is of event time.

import type { DriftHistoryAnswer, MonitoredEndpointsAnswer } from '@flightdeck/admin-api';
import { Code, Stack } from '@mantine/core';
import { Link } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Page } from '../../parts/page.tsx';
import { Alarms } from './alarms.tsx';
import { type Choice, choiceIn, useAddress, windowIn } from './choice.ts';
import { ChoiceBar } from './choice-bar.tsx';
import { DataQuality } from './data-quality.tsx';
import { DriftMap } from './drift-map.tsx';
import { FeatureDrift } from './feature-drift.tsx';
import { QualityOverTime } from './quality-over-time.tsx';
import { ServiceOverTime } from './service-over-time.tsx';
import { WindowTable } from './window-table.tsx';
import { WindowVerdict } from './window-verdict.tsx';

const lead =
  'Windows of live traffic, each compared with what its version brought from training. Times are event time, in UTC.';

export default function MonitoringPage() {
  const endpoints = useAnswer<MonitoredEndpointsAnswer>('/v1/drift/endpoints');
  const { address } = useAddress();
  return (
    <Page title="Monitoring" lead={lead}>
      <Answer of={endpoints}>
        {({ endpoints: found }) =>
          found.length === 0 ? (
            <NothingYet />
          ) : (
            <Monitored choice={choiceIn(address, found)} endpoints={found} />
          )
        }
      </Answer>
    </Page>
  );
}

function NothingYet() {
  return (
    <EmptyState
      title="No window has been reported yet"
      next={
        <>
          A report is made when a window of traffic is complete: a day of event time, unless the model's
          policy says otherwise. <Code>npm run demo</Code> replays weeks of traffic in a minute.
        </>
      }
    />
  );
}

/** The latest so many: a month of days is what a plot can show and a reader compare. */
const shownWindows = 30;

function Monitored({
  choice,
  endpoints,
}: {
  readonly choice: Choice;
  readonly endpoints: MonitoredEndpointsAnswer['endpoints'];
}) {
  const { endpoint, version, lengthMinutes } = choice;
  const query = new URLSearchParams({
    ...{ endpoint: endpoint.endpoint, length: String(lengthMinutes), limit: String(shownWindows) },
  });
  if (version !== null) query.set('version', String(version));
  const history = useAnswer<DriftHistoryAnswer>(`/v1/drift?${query}`, { keep: true });
  return (
    <>
      <ChoiceBar choice={choice} endpoints={endpoints} />
      <Answer of={history}>{(found) => <History history={found} choice={choice} />}</Answer>
    </>
  );
}

function History({ history, choice }: { readonly history: DriftHistoryAnswer; readonly choice: Choice }) {
  const { address } = useAddress();
  const window = windowIn(address, history.windows);
  if (window === undefined)
    return (
      <EmptyState
        title="No window of this length yet"
        next={<Link to="/monitoring">Show all versions.</Link>}
      />
    );
  const { endpoint, windows } = history;
  return (
    <Stack gap="lg">
      <WindowVerdict endpoint={endpoint} window={window} isLatest={window.to === windows.at(-1)?.to} />
      <Alarms endpoint={endpoint} windows={windows} />
      <QualityOverTime windows={windows} limits={history.alarms} />
      <DriftMap history={history} chosen={window} feature={choice.feature} />
      <FeatureDrift history={history} window={window} feature={choice.feature} />
      <DataQuality endpoint={endpoint} window={window} />
      <ServiceOverTime windows={windows} />
      <WindowTable endpoint={endpoint} windows={windows} />
    </Stack>
  );
}

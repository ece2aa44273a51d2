// One endpoint.

import type { EndpointAnswer, RolloutAnswer } from '@flightdeck/admin-api';
import { Anchor, Group, Text } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { EarlierRollouts } from './earlier-rollouts.tsx';
import { RolloutActions } from './rollout-actions.tsx';
import { RolloutSteps } from './rollout-steps.tsx';
import { ServicePanels } from './service-panels.tsx';
import { StartRollout } from './start-rollout.tsx';
import { TakeBack } from './take-back.tsx';
import { TrafficBar } from './traffic-bar.tsx';

export function EndpointView() {
  const { name = '' } = useParams();
  const endpoint = useAnswer<EndpointAnswer>(`/v1/endpoints/${name}`);
  return (
    <Page
      title={`Endpoint ${name}`}
      lead="Who answers, what is being rolled out and on what evidence, and how requests fare."
    >
      <Answer of={endpoint}>{(found) => <Sections endpoint={found} />}</Answer>
    </Page>
  );
}

function Sections({ endpoint }: { readonly endpoint: EndpointAnswer }) {
  const { name, updatedAt, rollout, now } = endpoint;
  return (
    <>
      <Section
        title="Traffic"
        note={
          <>
            Changed <When at={updatedAt} age />
            {now !== null && (
              <>
                ; its log has reached event time <When at={now} />
              </>
            )}
            . A user stays with the version that they have been given.
          </>
        }
        actions={<TakeBack endpoint={endpoint} />}
      >
        <TrafficBar endpoint={endpoint} />
      </Section>
      {rollout ? <CurrentRollout id={rollout.id} endpoint={name} /> : <NoRollout endpoint={endpoint} />}
      <ServicePanels windows={endpoint.service} />
      <EarlierRollouts endpoint={name} />
    </>
  );
}

function CurrentRollout({ id, endpoint }: { readonly id: string; readonly endpoint: string }) {
  const rollout = useAnswer<RolloutAnswer>(`/v1/rollouts/${id}`);
  const { candidate, champion } = rollout.data ?? {};
  return (
    <Section
      title={candidate === undefined ? 'Rollout' : `Rollout of version ${candidate}`}
      note={
        <>
          {champion !== undefined && `Compared with version ${champion} on the same time. `}
          <Anchor component={Link} to={`/endpoint/${endpoint}/rollouts/${id}`} size="sm">
            Its whole record
          </Anchor>
        </>
      }
      actions={rollout.data && <RolloutActions rollout={rollout.data} />}
    >
      <Answer of={rollout}>{(found) => <RolloutSteps rollout={found} />}</Answer>
    </Section>
  );
}

function NoRollout({ endpoint }: { readonly endpoint: EndpointAnswer }) {
  return (
    <Section title="Rollout" actions={<StartRollout endpoint={endpoint} />}>
      <Group>
        <Text size="sm">
          {endpoint.experiment === null ? (
            'No version is being rolled out. A retraining that passes its gate begins one by itself; a person may begin one with any version.'
          ) : (
            <>
              An experiment splits the traffic:{' '}
              <Anchor component={Link} to="/experiments" size="sm">
                {endpoint.experiment}
              </Anchor>
              . A rollout can begin when it has ended.
            </>
          )}
        </Text>
      </Group>
    </Section>
  );
}

// One rollout with its whole record, also after it has ended.

import type { RolloutAnswer } from '@flightdeck/admin-api';
import { Anchor } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { RolloutActions } from './rollout-actions.tsx';
import { RolloutSteps } from './rollout-steps.tsx';

export function RolloutView() {
  const { name = '', id = '' } = useParams();
  const rollout = useAnswer<RolloutAnswer>(`/v1/rollouts/${id}`);
  const { model, champion, candidate, asked } = rollout.data ?? {};
  return (
    <Page
      title={candidate === undefined ? 'Rollout' : `Rollout of version ${candidate}`}
      lead={
        <>
          At endpoint{' '}
          <Anchor component={Link} to={`/endpoint/${name}`}>
            {name}
          </Anchor>
          {candidate !== undefined && (
            <>
              ,{' '}
              <Anchor component={Link} to={`/models/${model}/${candidate}`}>
                version {candidate}
              </Anchor>{' '}
              against{' '}
              <Anchor component={Link} to={`/models/${model}/${champion}`}>
                version {champion}
              </Anchor>
              . Begun by {asked!.by}: {asked!.why}
            </>
          )}
        </>
      }
      actions={rollout.data && <RolloutActions rollout={rollout.data} />}
    >
      <Answer of={rollout}>
        {(found) => (
          <Section title="Its steps" note={`Record ${id}. Times are event time.`}>
            <RolloutSteps rollout={found} />
          </Section>
        )}
      </Answer>
    </Page>
  );
}

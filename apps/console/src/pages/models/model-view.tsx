// One model: where its aliases point and who put them there, its versions, and every move that was made.

import type { ModelAnswer } from '@flightdeck/admin-api';
import { Alert } from '@mantine/core';
import { useParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Page } from '../../parts/page.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { count } from '../../parts/words.ts';
import { AliasSection } from './alias-section.tsx';
import { MoveSection } from './move-section.tsx';
import { VersionSection } from './version-section.tsx';

export function ModelView() {
  const { model = '' } = useParams();
  const answer = useAnswer<ModelAnswer>(`/v1/models/${model}`);
  return (
    <Page
      title={model}
      lead={
        <>
          <PageLink to="/models">All models</PageLink>
          {answer.data && `. This one has ${count(answer.data.versions)} versions`}
          {answer.data?.latest && `, the newest of which is v${answer.data.latest}`}.
        </>
      }
    >
      <Answer of={answer}>
        {(found) => (
          <>
            {found.underWay && (
              <Alert color="blue" title={`The ${found.underWay.kind} ${found.underWay.id} is under way`}>
                It shares the champion's traffic, so the champion cannot be moved by hand.{' '}
                <PageLink to={found.underWay.kind === 'rollout' ? '/endpoint' : '/experiments'}>
                  Look at it, or end it.
                </PageLink>
              </Alert>
            )}
            <AliasSection model={found} />
            <VersionSection model={found} />
            <MoveSection model={model} />
          </>
        )}
      </Answer>
    </Page>
  );
}

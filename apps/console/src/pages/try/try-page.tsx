// Try it: a question to the model that is served, its answer, and the same question as code.

import type { AskableAnswer, QuestionFormAnswer } from '@flightdeck/admin-api';
import { Group, NativeSelect } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { useAskable } from '../../api/askable.ts';
import { Answer } from '../../parts/answer.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Page } from '../../parts/page.tsx';
import { TemplateChoice } from './template-choice.tsx';
import { TemplatedQuestion } from './templated-question.tsx';

export default function TryPage() {
  const askable = useAskable();
  return (
    <Page
      title="Try it"
      lead="Ask the model that is served now. It is a real question: the endpoint's split says which version answers, and the answer stands in the prediction log."
    >
      <Answer of={askable}>
        {(known) =>
          known.endpoints.length === 0 ? (
            <EmptyState
              title="Nothing is served yet"
              next={
                <>
                  Train a model: <code>npx flightdeck train</code>. Its first champion gets an endpoint.
                </>
              }
            />
          ) : (
            <Endpoint askable={known} />
          )
        }
      </Answer>
    </Page>
  );
}

function Endpoint({ askable }: { readonly askable: AskableAnswer }) {
  const [parameters, setParameters] = useSearchParams();
  const endpoint = parameters.get('endpoint') ?? askable.endpoints[0]!.name;
  const id = parameters.get('id');
  // What one types stays while the world changes.
  const form = useAnswer<QuestionFormAnswer>(`/v1/questions/${encodeURIComponent(endpoint)}`, {
    fixed: true,
  });
  return (
    <Answer of={form}>
      {(known) => (
        <>
          <Group align="flex-end">
            {askable.endpoints.length > 1 && (
              <NativeSelect
                label="Endpoint"
                value={endpoint}
                onChange={(event) => setParameters({ endpoint: event.currentTarget.value })}
                data={askable.endpoints.map(({ name }) => name)}
              />
            )}
            <TemplateChoice form={known} />
          </Group>
          <TemplatedQuestion key={parameters.toString()} askable={askable} form={known} id={id} />
        </>
      )}
    </Answer>
  );
}

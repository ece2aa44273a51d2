// The search: what is asked is in the address, so that it can be sent to somebody, and another page can link to it.

import type { PredictionsAnswer } from '@flightdeck/admin-api';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useSearchParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { count } from '../../parts/words.ts';
import { PredictionTable } from './prediction-table.tsx';
import { SearchForm } from './search-form.tsx';
import { pageSize, searchPath } from './search-query.ts';

export function Search({ models }: { readonly models: readonly string[] }) {
  const [parameters, setParameters] = useSearchParams();
  const model = parameters.get('model') ?? models[0]!;
  const before = parameters.get('before');
  const answer = useAnswer<PredictionsAnswer>(searchPath(model, parameters), { keep: true });
  const goTo = (cursor: string | null) => {
    const next = new URLSearchParams(parameters);
    if (cursor === null) next.delete('before');
    else next.set('before', cursor);
    setParameters(next);
  };
  return (
    <Stack>
      {/* A new form for a new question: its fields begin with what the address says. */}
      <SearchForm key={parameters.toString()} models={models} model={model} />
      <Answer of={answer}>
        {({ predictions, next }) =>
          predictions.length === 0 ? (
            <NothingFound isFiltered={[...parameters.keys()].some((name) => name !== 'model')} />
          ) : (
            <>
              <Text size="sm" c="dimmed" role="status">
                {count(predictions.length)} predictions, newest first by when they were answered
                {next === null ? '; no more match' : ''}. Event time is when what is predicted happens.
              </Text>
              <PredictionTable model={model} predictions={predictions} />
              <Group>
                <Button variant="default" disabled={before === null} onClick={() => goTo(null)}>
                  Newest
                </Button>
                <Button variant="default" disabled={next === null} onClick={() => goTo(next)}>
                  Next {pageSize}
                </Button>
              </Group>
            </>
          )
        }
      </Answer>
    </Stack>
  );
}

function NothingFound({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState title="No prediction matches" next="Loosen a condition, or clear them all." />
  ) : (
    <EmptyState
      title="Nothing was predicted yet"
      next={
        <>
          Ask for one on the page Try it, or send some thousand: <code>npx flightdeck simulate</code>.
        </>
      }
    />
  );
}

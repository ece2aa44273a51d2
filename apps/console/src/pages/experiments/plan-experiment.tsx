// A plan: how many units an experiment takes for what it declares, and how long that is at the traffic there has been. Then it can be started.

import type { ExperimentChoicesAnswer, ServedModelsAnswer } from '@flightdeck/admin-api';
import { Anchor, NativeSelect } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Page } from '../../parts/page.tsx';
import { PlanForm } from './plan-form.tsx';

export function PlanExperiment() {
  const models = useAnswer<ServedModelsAnswer>('/v1/served-models');
  return (
    <Page
      title="Plan an experiment"
      lead={
        <Anchor component={Link} to="/experiments" size="sm">
          All experiments
        </Anchor>
      }
    >
      <Answer of={models}>
        {({ models: served }) =>
          served.length === 0 ? (
            <EmptyState
              title="Nothing is served yet"
              next="The first champion of a model makes its endpoint: npx flightdeck train --promote."
            />
          ) : (
            <ForModel served={served} />
          )
        }
      </Answer>
    </Page>
  );
}

function ForModel({ served }: { readonly served: readonly string[] }) {
  const [address, setAddress] = useSearchParams();
  const asked = address.get('model') ?? '';
  const model = served.includes(asked) ? asked : served[0]!;
  const choices = useAnswer<ExperimentChoicesAnswer>(`/v1/models/${model}/experiment-choices`);
  return (
    <>
      {served.length > 1 && (
        <NativeSelect
          label="Model"
          data={[...served]}
          value={model}
          onChange={({ currentTarget }) => setAddress({ model: currentTarget.value })}
        />
      )}
      <Answer of={choices}>{(found) => <PlanForm key={model} model={model} choices={found} />}</Answer>
    </>
  );
}

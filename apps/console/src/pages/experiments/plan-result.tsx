// The plan that a declaration makes, computed by the controller as it is written, and the button that starts it.

import type { ExperimentChoicesAnswer, ExperimentPlanAnswer } from '@flightdeck/admin-api';
import { Alert, List, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { request } from '../../api/request.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { Answer } from '../../parts/answer.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Section } from '../../parts/section.tsx';
import { count } from '../../parts/words.ts';
import type { Draft, declarationOf } from './draft.ts';
import { describeDays, pathOf } from './experiment-words.ts';

interface PlanResultProps {
  readonly model: string;
  readonly draft: Draft;
  readonly declaration: ReturnType<typeof declarationOf>;
  readonly choices: ExperimentChoicesAnswer;
}

export function PlanResult({ model, draft, declaration, choices }: PlanResultProps) {
  const [settled] = useDebouncedValue(JSON.stringify(declaration), 300);
  const plan = useQuery({
    queryKey: ['fixed', 'plan', model, settled],
    queryFn: ({ signal }) =>
      request<ExperimentPlanAnswer>(`/v1/models/${model}/experiment-plans`, {
        method: 'POST',
        body: { experiment: JSON.parse(settled) },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
  return (
    <Section title="What it takes" note="Two groups compared at alpha 5 %, for the power that is declared.">
      <Answer of={plan}>{(found) => <Plan answer={found} />}</Answer>
      <Start
        model={model}
        draft={draft}
        declaration={declaration}
        choices={choices}
        isPlanned={plan.isSuccess}
      />
    </Section>
  );
}

function Plan({ answer: { plan, days, because } }: { readonly answer: ExperimentPlanAnswer }) {
  const units = Object.entries(plan.units).map(([name, each]) => `${count(each)} ${name}`);
  return (
    <Stack gap="sm" aria-live="polite">
      <SimpleGrid cols={2}>
        <Figure name="Units" value={count(plan.total)} detail={units.join(', ')} />
        <Figure
          name="How long, at most"
          value={days === null ? 'unknown' : describeDays(days)}
          detail="of event time, at the traffic of the last days"
        />
      </SimpleGrid>
      <List size="sm" spacing={4}>
        {because.map((sentence) => (
          <List.Item key={sentence}>{sentence}</List.Item>
        ))}
      </List>
    </Stack>
  );
}

interface StartProps extends PlanResultProps {
  readonly isPlanned: boolean;
}

function Start({ model, draft, declaration, choices, isPlanned }: StartProps) {
  const navigate = useNavigate();
  if (choices.obstacle !== null)
    return (
      <Alert color="yellow" title="It cannot begin now">
        {choices.obstacle}
      </Alert>
    );
  if (draft.name.trim() === '' || !isPlanned)
    return (
      <Text size="sm">
        {isPlanned ? 'Give it a name to start it.' : 'Once the declaration is sound, it can be started.'}
      </Text>
    );
  const [control, treatment] = declaration.variants;
  return (
    <ActionButton
      name="Start the experiment"
      path="/v1/experiments"
      body={{ model, experiment: declaration }}
      button={{ size: 'sm', variant: 'filled' }}
      explanation={`The traffic of ${choices.endpoint} is split ${control!.weight} : ${treatment!.weight} between ${control!.target} and ${treatment!.target}, by unit, from now on. Rollouts wait until it has ended.`}
      onDone={() => navigate(pathOf(declaration.name))}
    />
  );
}

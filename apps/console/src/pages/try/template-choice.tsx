// What a question begins with: what is usual, or one that was asked before.

import type { FoundPrediction, PredictionsAnswer, QuestionFormAnswer } from '@flightdeck/admin-api';
import { NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core';
import { useId } from 'react';
import { useSearchParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { decimal, describeTime } from '../../parts/words.ts';

const shown = 20;

export function TemplateChoice({ form: { endpoint, model } }: { readonly form: QuestionFormAnswer }) {
  const [parameters, setParameters] = useSearchParams();
  const labelled = useId();
  const id = parameters.get('id') ?? '';
  const query = new URLSearchParams({ model, endpoint, hasFailed: 'no', limit: String(shown) });
  const recent = useAnswer<PredictionsAnswer>(`/v1/predictions?${query}`, { fixed: true });
  const choose = (changes: Readonly<Record<string, string>>) =>
    setParameters({ ...Object.fromEntries(parameters), endpoint, ...changes });
  const options = (recent.data?.predictions ?? []).map((one) => ({ value: one.id, label: described(one) }));
  const isElsewhere = id !== '' && !options.some(({ value }) => value === id);
  return (
    <>
      <NativeSelect
        label="Begin with"
        miw={260}
        maw="100%"
        value={id}
        onChange={(event) => choose({ id: event.currentTarget.value })}
        data={[
          { value: '', label: 'what is usual in training' },
          ...(isElsewhere ? [{ value: id, label: `prediction ${id}` }] : []),
          { group: 'A recent prediction', items: options },
        ]}
      />
      {id !== '' && (
        <Stack gap={2}>
          <Text size="sm" fw={500} id={labelled}>
            Features that serving had looked up
          </Text>
          <SegmentedControl
            aria-labelledby={labelled}
            value={parameters.get('with') ?? 'given'}
            onChange={(chosen) => choose({ with: chosen })}
            data={[
              { value: 'given', label: 'look up again' },
              { value: 'all', label: 'send as they were' },
            ]}
          />
        </Stack>
      )}
    </>
  );
}

function described({ eventTime, unit, score }: FoundPrediction): string {
  return `${describeTime(new Date(eventTime))}, ${unit.slice(0, 24)}: ${decimal(score!)}`;
}

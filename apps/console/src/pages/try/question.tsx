// The question in hand: its fields, the way to ask it, what was answered, and the code.

import type { AskableAnswer, QuestionAnswer, QuestionFormAnswer } from '@flightdeck/admin-api';
import { Button, Grid, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { request } from '../../api/request.ts';
import { useMayChange } from '../../api/session.ts';
import { Failure } from '../../parts/failure.tsx';
import { Section } from '../../parts/section.tsx';
import { Code } from './code.tsx';
import { type Draft, type Instance, instanceOf } from './draft.ts';
import { LookedUpFields, SaidFields } from './fields.tsx';
import { ServingAnswer } from './serving-answer.tsx';

interface QuestionProps {
  readonly askable: AskableAnswer;
  readonly form: QuestionFormAnswer;
  readonly begin: Draft;
}

export function Question({ askable, form, begin }: QuestionProps) {
  const [draft, setDraft] = useState(begin);
  const mayAsk = useMayChange();
  const { endpoint } = form;
  const asked = useMutation({
    mutationFn: (instance: Instance) =>
      request<QuestionAnswer>('/v1/questions', { method: 'POST', body: { endpoint, instance } }),
  });
  const instance = instanceOf(form, draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asked.mutate(instance);
  };
  const fields = {
    ...{ form, draft },
    onChange: (name: string, text: string) => setDraft({ ...draft, [name]: text }),
  };
  return (
    <form onSubmit={submit}>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <SaidFields {...fields}>
            <Group>
              <Button type="submit" loading={asked.isPending} disabled={!mayAsk}>
                Ask
              </Button>
              {!mayAsk && (
                <Text size="sm">
                  To ask takes a key with the scope admin, since the answer goes into the prediction log.
                </Text>
              )}
            </Group>
          </SaidFields>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack>
            <Section title="Answer" {...(!asked.data && { note: 'Nothing was asked yet.' })}>
              {asked.error && <Failure error={asked.error} />}
              {asked.data && asked.variables && (
                <ServingAnswer form={form} asked={asked.variables} answer={asked.data} />
              )}
            </Section>
            <Code askable={askable} endpoint={endpoint} instance={instance} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={12}>
          <LookedUpFields {...fields} />
        </Grid.Col>
      </Grid>
    </form>
  );
}

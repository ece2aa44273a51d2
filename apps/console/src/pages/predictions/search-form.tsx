// What to search by. Nothing is asked until it is sent.

import { Button, Grid, Group, NativeSelect, Paper, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { type Condition, parametersOf } from './search-query.ts';

interface SearchFormProps {
  readonly models: readonly string[];
  readonly model: string;
}

export function SearchForm({ models, model }: SearchFormProps) {
  const [parameters, setParameters] = useSearchParams();
  const navigate = useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const chosen = String(form.get('model') ?? model);
    const id = String(form.get('id') ?? '').trim();
    if (id !== '') void navigate(`/predictions/${chosen}/${encodeURIComponent(id)}`);
    else setParameters(parametersOf(chosen, form));
  };
  const given = (name: Condition) => ({ name, defaultValue: parameters.get(name) ?? '' });
  return (
    <Paper withBorder p="md" component="form" onSubmit={submit} role="search" aria-label="Predictions">
      <Grid gap="sm">
        {models.length > 1 && (
          <Field>
            <NativeSelect label="Model" name="model" defaultValue={model} data={[...models]} />
          </Field>
        )}
        <Field>
          <TextInput label="Prediction id" {...given('id')} />
        </Field>
        <Field>
          <TextInput label="Request id" {...given('requestId')} />
        </Field>
        <Field>
          <TextInput label="Unit" {...given('unit')} />
        </Field>
        <Field>
          <TextInput label="Version" type="number" min={1} {...given('version')} />
        </Field>
        <Field>
          <TextInput label="Variant" placeholder="champion" {...given('variant')} />
        </Field>
        <Field>
          <TextInput label="Score from" type="number" min={0} max={1} step="any" {...given('minimumScore')} />
        </Field>
        <Field>
          <TextInput label="Score to" type="number" min={0} max={1} step="any" {...given('maximumScore')} />
        </Field>
        <Field>
          <NativeSelect label="Answer" {...given('hasFailed')} data={answers} />
        </Field>
        <Field>
          <NativeSelect label="Label" {...given('isLabelled')} data={labels} />
        </Field>
        <Field>
          <TextInput label="Event time from (UTC)" type="datetime-local" {...given('from')} />
        </Field>
        <Field>
          <TextInput label="Event time until (UTC)" type="datetime-local" {...given('until')} />
        </Field>
      </Grid>
      <Group mt="md">
        <Button type="submit">Search</Button>
        <Button variant="default" onClick={() => setParameters({ model })}>
          Clear
        </Button>
      </Group>
    </Paper>
  );
}

function Field({ children }: { readonly children: React.ReactNode }) {
  return <Grid.Col span={{ base: 6, sm: 4, md: 3, lg: 2 }}>{children}</Grid.Col>;
}

const answers = [
  { value: '', label: 'any' },
  { value: 'no', label: 'scored' },
  { value: 'yes', label: 'failed' },
];
const labels = [
  { value: '', label: 'any' },
  { value: 'yes', label: 'known' },
  { value: 'no', label: 'not known' },
];

// The fields of a question, as the version's signature declares them.

import type { QuestionField, QuestionFormAnswer } from '@flightdeck/admin-api';
import { SimpleGrid, TextInput } from '@mantine/core';
import { useId } from 'react';
import { Section } from '../../parts/section.tsx';
import { type Draft, extraFields } from './draft.ts';

interface FieldsProps {
  readonly form: QuestionFormAnswer;
  readonly draft: Draft;
  readonly onChange: (name: string, text: string) => void;
}

export function Fields({ form, draft, onChange }: FieldsProps) {
  const own = form.fields.filter(({ isLookedUp }) => !isLookedUp);
  const lookedUp = form.fields.filter(({ isLookedUp }) => isLookedUp);
  const bind = (name: string) => ({
    value: draft[name] ?? '',
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => onChange(name, event.currentTarget.value),
  });
  return (
    <>
      <Section
        title="What you say"
        note={`The signature of version ${form.version} of ${form.model}. What is left empty takes its default.`}
      >
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {own.map((field) => (
            <Field key={field.name} field={field} {...bind(field.name)} />
          ))}
          {extraFields(form).map((name) => (
            <TextInput
              key={name}
              label={name}
              description={extras[name] ?? 'Lookups go by it.'}
              {...bind(name)}
            />
          ))}
        </SimpleGrid>
      </Section>
      {lookedUp.length > 0 && (
        <Section
          title="What serving looks up"
          note={`${lookedUp.length} features come from the online store as of the time above, where you leave them empty. What you fill in is taken instead.`}
        >
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {lookedUp.map((field) => (
              <Field key={field.name} field={field} placeholder="looked up" {...bind(field.name)} />
            ))}
          </SimpleGrid>
        </Section>
      )}
    </>
  );
}

const extras: Readonly<Record<string, string>> = {
  time: 'When it happens, ISO 8601. Empty: now, by the clock of serving.',
  unit: 'Whom it is about: a unit is always answered by the same version of a split.',
};

interface FieldProps {
  readonly field: QuestionField;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (event: React.ChangeEvent<HTMLInputElement>) => void;
}

/** What is out of bounds is not held back here: serving says what it makes of it. */
function Field({ field, ...input }: FieldProps) {
  const { name, type, description, categories } = field;
  const known = useId();
  return (
    <>
      <TextInput
        label={name}
        description={[description, boundsOf(field)].filter((text) => text !== '').join('. ')}
        inputMode={type === 'number' ? 'decimal' : 'text'}
        {...(categories && { list: known })}
        {...input}
      />
      {categories && (
        <datalist id={known}>
          {categories.map((category) => (
            <option key={category} value={category} />
          ))}
        </datalist>
      )}
    </>
  );
}

function boundsOf({ minimum, maximum, categories }: QuestionField): string {
  if (categories) return `${categories.length} values known, the most frequent first`;
  if (minimum !== null && maximum !== null) return `${minimum} to ${maximum}`;
  if (minimum !== null) return `at least ${minimum}`;
  return maximum === null ? '' : `at most ${maximum}`;
}

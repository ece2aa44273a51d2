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

/** What the caller knows; below it the way to ask. */
export function SaidFields({ children, ...fields }: FieldsProps & { readonly children: React.ReactNode }) {
  const { form } = fields;
  return (
    <Section
      title="What you say"
      note={`The signature of version ${form.version} of ${form.model}. What is left empty takes its default.`}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {form.fields
          .filter(({ isLookedUp }) => !isLookedUp)
          .map((field) => (
            <Field key={field.name} field={field} {...bound(fields, field.name)} />
          ))}
        {extraFields(form).map((name) => (
          <TextInput
            key={name}
            label={name}
            description={extras[name] ?? 'Lookups go by it.'}
            {...bound(fields, name)}
          />
        ))}
      </SimpleGrid>
      {children}
    </Section>
  );
}

export function LookedUpFields(fields: FieldsProps) {
  const lookedUp = fields.form.fields.filter(({ isLookedUp }) => isLookedUp);
  if (lookedUp.length === 0) return null;
  return (
    <Section
      title="What serving looks up"
      note={`${lookedUp.length} features come from the online store as of the time above, where you leave them empty. What you fill in is taken instead.`}
    >
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }}>
        {lookedUp.map((field) => (
          <Field key={field.name} field={field} placeholder="looked up" {...bound(fields, field.name)} />
        ))}
      </SimpleGrid>
    </Section>
  );
}

function bound({ draft, onChange }: FieldsProps, name: string) {
  return {
    value: draft[name] ?? '',
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => onChange(name, event.currentTarget.value),
  };
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

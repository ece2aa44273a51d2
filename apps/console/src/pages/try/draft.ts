// A question as a form holds it, and as serving takes it.

import type { PredictionAnswer, QuestionField, QuestionFormAnswer } from '@flightdeck/admin-api';

/** By field, as it was typed; what is empty is left out. */
export type Draft = Readonly<Record<string, string>>;

export type Instance = Readonly<Record<string, number | string>>;

/** Beside the features: whom it is about, when it happens, and what lookups go by. */
export function extraFields({ takesTime, lookupColumns }: QuestionFormAnswer): readonly string[] {
  return [...(takesTime ? ['time'] : []), 'unit', ...lookupColumns];
}

export function instanceOf(form: QuestionFormAnswer, draft: Draft): Instance {
  const numbers = new Set(form.fields.filter(({ type }) => type === 'number').map(({ name }) => name));
  const names = [...form.fields.map(({ name }) => name), ...extraFields(form)];
  const given = names.flatMap((name): [string, number | string][] => {
    const text = draft[name]?.trim() ?? '';
    return text === '' ? [] : [[name, numbers.has(name) ? numberOr(text) : text]];
  });
  return Object.fromEntries(given);
}

/** What is no number goes to serving as it is, which says so. */
function numberOr(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** What is usual in training, of what serving does not know by itself. */
export function typicalDraft(form: QuestionFormAnswer): Draft {
  const asked = form.fields.filter(({ isLookedUp, typical }) => !isLookedUp && typical !== null);
  return { ...momentOf(form, form.eventTime), ...textsOf(asked.map(({ name, typical }) => [name, typical])) };
}

/** The question that a prediction was the answer to. `all`: also what serving had looked up then, so that it is not looked up now. */
export function draftOf(form: QuestionFormAnswer, prediction: PredictionAnswer, all: boolean): Draft {
  const { features, eventTime, unit, requestId } = prediction;
  const known = new Set(form.fields.map(({ name }) => name));
  const wanted = features.filter(
    ({ name, status }) => known.has(name) && (status === 'given' || (all && status !== 'default')),
  );
  return {
    ...momentOf(form, eventTime),
    ...(unit !== requestId && { unit }),
    ...textsOf(wanted.map(({ name, value }) => [name, value])),
  };
}

function momentOf({ takesTime }: QuestionFormAnswer, at: number | null): Draft {
  return takesTime && at !== null ? { time: new Date(at).toISOString() } : {};
}

function textsOf(values: readonly (readonly [string, QuestionField['typical']])[]): Draft {
  return Object.fromEntries(
    values.flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  );
}

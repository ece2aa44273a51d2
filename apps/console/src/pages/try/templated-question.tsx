// Waits for the prediction that is the template, if there is one, and hands the question over to be changed and asked.

import type { AskableAnswer, PredictionAnswer, QuestionFormAnswer } from '@flightdeck/admin-api';
import { useSearchParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { draftOf, typicalDraft } from './draft.ts';
import { Question } from './question.tsx';

interface TemplatedQuestionProps {
  readonly askable: AskableAnswer;
  readonly form: QuestionFormAnswer;
  /** Of the template. */
  readonly id: string | null;
}

export function TemplatedQuestion({ askable, form, id }: TemplatedQuestionProps) {
  const [parameters] = useSearchParams();
  const isTemplated = id !== null && id !== '';
  const template = useAnswer<PredictionAnswer>(
    `/v1/predictions/${encodeURIComponent(id ?? '')}?${new URLSearchParams({ model: form.model })}`,
    { enabled: isTemplated, fixed: true },
  );
  if (!isTemplated) return <Question askable={askable} form={form} begin={typicalDraft(form)} />;
  const all = parameters.get('with') === 'all';
  return (
    <Answer of={template}>
      {(prediction) => <Question askable={askable} form={form} begin={draftOf(form, prediction, all)} />}
    </Answer>
  );
}

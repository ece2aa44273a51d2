// What serving has answered, a refusal too, in its own words.

import type { QuestionAnswer, QuestionFormAnswer } from '@flightdeck/admin-api';
import { Alert, Anchor, Code, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Figure } from '../../parts/figure.tsx';
import { decimal } from '../../parts/words.ts';
import { latency } from '../predictions/prediction-table.tsx';
import type { Instance } from './draft.ts';

interface ServingAnswerProps {
  readonly form: QuestionFormAnswer;
  readonly asked: Instance;
  readonly answer: QuestionAnswer;
}

/** Of serving's /v1. */
interface ScorePrediction {
  readonly probability: number;
  readonly positive: boolean;
  readonly version: number;
  readonly predictionId: string;
  readonly defaulted: readonly string[];
  readonly unknown: readonly string[];
  readonly stale: readonly string[];
}

export function ServingAnswer({ form, asked, answer }: ServingAnswerProps) {
  const { status, milliseconds, body } = answer;
  const { prediction, error } = body as {
    prediction?: ScorePrediction;
    error?: { code: string; message: string };
  };
  return (
    <Stack role="status">
      {prediction && <Scored form={form} asked={asked} prediction={prediction} milliseconds={milliseconds} />}
      {error && (
        <Alert color="red" title={`${status} ${error.code}`}>
          {error.message}
        </Alert>
      )}
      <details>
        <Text component="summary" size="sm">
          As serving sent it, with status {status}
        </Text>
        <Code block tabIndex={0}>
          {JSON.stringify(body, null, 2)}
        </Code>
      </details>
    </Stack>
  );
}

interface ScoredProps extends Omit<ServingAnswerProps, 'answer'> {
  readonly prediction: ScorePrediction;
  readonly milliseconds: number;
}

function Scored({ form, asked, prediction, milliseconds }: ScoredProps) {
  const { probability, positive, version, predictionId } = prediction;
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 3 }}>
        <Figure
          name="Score"
          value={decimal(probability)}
          detail={`${positive ? 'positive' : 'negative'}: ${positive ? '' : 'not '}“${form.positive}”`}
        />
        <Figure name="Version" value={version} evidence={`/models/${form.model}/${version}`} />
        <Figure name="Latency" value={latency(milliseconds)} detail="from the controller and back" />
      </SimpleGrid>
      <Statuses form={form} asked={asked} prediction={prediction} />
      <Text size="sm">
        It stands in the log, a second later, as{' '}
        <Anchor component={Link} to={`/predictions/${form.model}/${predictionId}`} inherit>
          prediction {predictionId}
        </Anchor>
        : why this score, and what other versions say.
      </Text>
    </>
  );
}

/** Where each feature came from. What was neither sent nor missed was looked up. */
function Statuses({ form, asked, prediction }: Omit<ScoredProps, 'milliseconds'>) {
  const { defaulted, unknown, stale } = prediction;
  const names = form.fields.map(({ name }) => name);
  const given = names.filter((name) => name in asked);
  const present = names.filter(
    (name) => !given.includes(name) && !defaulted.includes(name) && !stale.includes(name),
  );
  const parts = [
    ['given', given],
    ['looked up', present],
    ['looked up, and stale', stale],
    ['default', defaulted],
    ['never seen in training', unknown],
  ] as const;
  return (
    <Stack gap={2}>
      {parts
        .filter(([, features]) => features.length > 0)
        .map(([status, features]) => (
          <Text key={status} size="sm">
            <b>{status}</b> {features.length}: {features.join(', ')}
          </Text>
        ))}
    </Stack>
  );
}

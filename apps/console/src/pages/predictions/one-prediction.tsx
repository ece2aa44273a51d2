// One prediction: what was asked, what was answered, why, what others would have answered, and what it turned out to be.

import type { PredictionAnswer } from '@flightdeck/admin-api';
import { Anchor, Code, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { When } from '../../parts/when.tsx';
import { decimal } from '../../parts/words.ts';
import { Contributions } from './contributions.tsx';
import { FeatureTable } from './feature-table.tsx';
import { Labels } from './labels.tsx';
import { Opinions } from './opinions.tsx';
import { FailureMark, latency } from './prediction-table.tsx';

export function OnePrediction() {
  const { model, id } = useParams() as { model: string; id: string };
  const answer = useAnswer<PredictionAnswer>(
    `/v1/predictions/${encodeURIComponent(id)}?${new URLSearchParams({ model })}`,
  );
  return (
    <Page
      title={
        <>
          Prediction <Code fz="lg">{id}</Code>
        </>
      }
      lead={
        <Anchor component={Link} to={`/predictions?${new URLSearchParams({ model })}`}>
          All predictions of {model}
        </Anchor>
      }
    >
      <Answer of={answer}>{(prediction) => <Sections prediction={prediction} />}</Answer>
    </Page>
  );
}

function Sections({ prediction }: { readonly prediction: PredictionAnswer }) {
  const isScored = prediction.score !== null;
  return (
    <Stack>
      <Outcome prediction={prediction} />
      <Labels prediction={prediction} />
      {isScored && <Contributions prediction={prediction} />}
      <Opinions prediction={prediction} />
      <FeatureTable prediction={prediction} />
    </Stack>
  );
}

function Outcome({ prediction }: { readonly prediction: PredictionAnswer }) {
  const {
    model,
    id,
    score,
    failure,
    version,
    variant,
    eventTime,
    at,
    latencyMs,
    unit,
    requestId,
    endpoint,
    meaning,
  } = prediction;
  const search = (name: string, value: string) =>
    `/predictions?${new URLSearchParams({ model, [name]: value })}`;
  return (
    <Section title="The answer" note={failure === null ? callOf(prediction) : undefined}>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }}>
        <Figure
          name="Score"
          value={score === null ? <FailureMark code={failure} /> : decimal(score)}
          detail={meaning && `threshold ${decimal(meaning.threshold)}`}
        />
        <Figure
          name="Version"
          value={version ?? 'none'}
          {...(version !== null && { evidence: `/models/${model}/${version}` })}
          detail={exposureOf(variant)}
        />
        <Figure name="Latency" value={latency(latencyMs)} detail={`at endpoint ${endpoint}`} />
        <Figure
          name="Event time"
          value={
            <Small>
              <When at={eventTime} />
            </Small>
          }
          detail="when what is predicted happens"
        />
        <Figure
          name="Answered"
          value={
            <Small>
              <When at={at} />
            </Small>
          }
          detail="by the clock of serving"
        />
        <Figure
          name="Unit"
          value={<Small>{unit}</Small>}
          evidence={search('unit', unit)}
          detail="what splits and experiments go by"
        />
      </SimpleGrid>
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          Request{' '}
          <Anchor component={Link} to={search('requestId', requestId)} inherit>
            {requestId}
          </Anchor>{' '}
          (the same id is in serving's log lines)
        </Text>
        <Anchor component={Link} to={`/try?${new URLSearchParams({ endpoint, id, with: 'all' })}`} size="sm">
          Ask this again, or change it
        </Anchor>
      </Group>
    </Section>
  );
}

function Small({ children }: { readonly children: React.ReactNode }) {
  return (
    <Text span size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  );
}

function callOf({ score, meaning }: PredictionAnswer): string | undefined {
  if (score === null || meaning === null) return undefined;
  const isPositive = score >= meaning.threshold;
  return `The score is ${isPositive ? 'at or above' : 'below'} the threshold, so the call is ${isPositive ? 'positive' : 'negative'}. Positive means: ${meaning.positive}.`;
}

/** What its unit was exposed to. */
function exposureOf(variant: string): string {
  if (variant === 'direct') return 'chosen by the caller: no exposure';
  return variant === 'champion' ? 'exposed to the champion' : `exposed to the canary, variant ${variant}`;
}

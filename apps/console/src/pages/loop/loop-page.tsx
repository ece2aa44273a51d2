// The loop, alive: the system as a ring of stages with what is in each of them now, and below it what was decided last and why.

import type { OverviewAnswer } from '@flightdeck/admin-api';
import { Select, SimpleGrid } from '@mantine/core';
import { useState } from 'react';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { CurrentReports } from './current-reports.tsx';
import { DecisionTimeline } from './decision-timeline.tsx';
import { FirstChampion } from './first-champion.tsx';
import { LoopDiagram } from './loop-diagram.tsx';
import { headlineOf } from './loop-words.ts';

export function LoopPage() {
  const [model, setModel] = useState<string>();
  const overview = useAnswer<OverviewAnswer>(`/v1/overview${model === undefined ? '' : `?model=${model}`}`, {
    keep: true,
  });
  const { models = [] } = overview.data ?? {};
  return (
    <Page
      title="The loop"
      lead={
        overview.data ? headlineOf(overview.data) : 'What is served, how it does, and what is done about it.'
      }
      actions={
        models.length > 1 && (
          <Select
            aria-label="Model"
            data={models}
            value={overview.data?.model?.name ?? null}
            onChange={(name) => setModel(name ?? undefined)}
          />
        )
      }
    >
      <Answer of={overview}>{(answer) => <Loop overview={answer} />}</Answer>
    </Page>
  );
}

function Loop({ overview }: { readonly overview: OverviewAnswer }) {
  const { model, timeline } = overview;
  return (
    <>
      {!model?.champion && <FirstChampion overview={overview} />}
      <LoopDiagram overview={overview} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} id="decisions">
        <Section
          title="What was decided"
          note="Newest first. The controller decides by event time; people decide when they like."
        >
          <DecisionTimeline entries={timeline} />
        </Section>
        <Section title="What monitoring says" note="The latest windows of each length, by event time.">
          <CurrentReports model={model} />
        </Section>
      </SimpleGrid>
    </>
  );
}

// One experiment: what was declared, what it has seen over time, what may be concluded, and how to end it.

import type { ExperimentAnswer, ExperimentHistoryAnswer } from '@flightdeck/admin-api';
import { Anchor, Group, List, SimpleGrid, Text } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { useAnswer } from '../../api/answers.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { Answer } from '../../parts/answer.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { When } from '../../parts/when.tsx';
import { count } from '../../parts/words.ts';
import { ExperimentOverTime } from './experiment-over-time.tsx';
import { ExperimentState } from './experiment-state.tsx';
import { conclusionOf } from './experiment-words.ts';

export function ExperimentDetail() {
  const { name = '' } = useParams();
  const path = `/v1/experiments/${encodeURIComponent(name)}`;
  const answer = useAnswer<ExperimentAnswer>(path);
  return (
    <Page
      title={name}
      lead={
        <Anchor component={Link} to="/experiments" size="sm">
          All experiments
        </Anchor>
      }
      actions={answer.data?.ended === null && <StopButton path={path} name={name} />}
    >
      <Answer of={answer}>
        {(one) => (
          <>
            <Standing one={one} />
            <Seen one={one} path={path} />
            <Declared one={one} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function StopButton({ path, name }: { readonly path: string; readonly name: string }) {
  return (
    <ActionButton
      name="Stop"
      path={`${path}/stop`}
      button={{ color: 'red', variant: 'light' }}
      explanation={`All traffic goes back to the champion, and ${name} ends without a verdict of its own. It cannot go on afterwards; its name is used up.`}
    />
  );
}

/** The verdict and every check that it rests on. */
function Standing({ one }: { readonly one: ExperimentAnswer }) {
  const { result, ended } = one;
  return (
    <Section
      title="Verdict"
      note={
        ended ? (
          <>
            {ended.how === 'stopped' ? 'Stopped' : 'Concluded'} by {ended.by}, event time{' '}
            <When at={ended.at} />.
          </>
        ) : (
          'It is looked at after every tick of the controller. While a prerequisite is open, no effect is computed.'
        )
      }
      actions={<ExperimentState of={one} />}
    >
      <Text fw={600}>{conclusionOf(one)}</Text>
      {result === null ? (
        <Text size="sm">
          There is no look yet. Requests must name their unit: the header X-Unit-Id, or unit in an instance.
        </Text>
      ) : (
        <List listStyleType="none" spacing={6} size="sm" aria-label="Checks">
          {result.reasons.map(({ check, verdict, message }) => (
            <List.Item key={check} icon={<VerdictMark verdict={verdict} />}>
              {message}
            </List.Item>
          ))}
        </List>
      )}
      {result?.varianceReduction != null && (
        <Text size="sm">
          The covariate took {(result.varianceReduction * 100).toFixed(0)} % of the variance away.
        </Text>
      )}
    </Section>
  );
}

function Seen({ one, path }: { readonly one: ExperimentAnswer; readonly path: string }) {
  const history = useAnswer<ExperimentHistoryAnswer>(`${path}/history`);
  return <Answer of={history}>{(found) => <ExperimentOverTime of={one} history={found} />}</Answer>;
}

function Declared({ one }: { readonly one: ExperimentAnswer }) {
  const { experiment, plan, versions, asked } = one;
  const { metric, alpha, power, minimumEffect, minimumDays, method, covariate } = experiment;
  return (
    <Section
      title="What was declared"
      note={
        <>
          By {asked.by}, <When at={one.createdAt} />: “{asked.why}” It began at event time{' '}
          <When at={experiment.startsAt} />.
        </>
      }
    >
      <SimpleGrid cols={{ base: 2, sm: 3, md: 5 }}>
        <Figure
          name="Metric"
          value={metric.name}
          detail={
            metric.kind === 'proportion'
              ? `a share, ${metric.baseline} without`
              : `a mean, deviation ${metric.deviation}`
          }
        />
        <Figure name="Effect worth finding" value={minimumEffect} detail={`${metric.better} is better`} />
        <Figure name="Method" value={method} detail={`alpha ${alpha}, power ${power}`} />
        <Figure name="Planned units" value={count(plan.total)} detail={`${minimumDays} days at least`} />
        {covariate !== undefined && <Figure name="Covariate" value={covariate} />}
      </SimpleGrid>
      <Group gap="lg">
        {experiment.variants.map(({ name, target, weight }, i) => (
          <Text key={name} size="sm">
            <strong>{name}</strong>
            {i === 0 && ' (the control)'}: {target}, answered by{' '}
            <Anchor component={Link} to={`/models/${one.model}/${versions[name]}`}>
              version {versions[name]}
            </Anchor>
            , weight {weight}
          </Text>
        ))}
      </Group>
    </Section>
  );
}

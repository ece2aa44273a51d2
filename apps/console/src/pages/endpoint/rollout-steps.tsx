// The steps of a rollout in their order: what each must show, where it stands, what it was judged by, and every decision on it.

import type { RolloutAnswer, RolloutDecision, Stage } from '@flightdeck/admin-api';
import { Badge, Group, Stack, Text, Timeline } from '@mantine/core';
import { decisionWords } from '../../parts/decision-words.ts';
import { Reasons } from '../../parts/reasons.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { When } from '../../parts/when.tsx';
import { counted } from '../../parts/words.ts';
import { type StepState, stageName, stageRule, stepRecord, stepState } from './rollout-words.ts';
import { ShadowAgreement } from './shadow-agreement.tsx';

const colours: Readonly<Record<StepState, string>> = {
  'to come': 'gray',
  'under way': 'blue',
  held: 'yellow',
  halted: 'orange',
  passed: 'green',
  failed: 'red',
  aborted: 'red',
};

export function RolloutSteps({ rollout }: { readonly rollout: RolloutAnswer }) {
  const { stages, status, candidate, champion } = rollout;
  const full = status === 'full' ? 'passed' : 'to come';
  return (
    <Timeline bulletSize={18} lineWidth={2} active={stages.length}>
      {stages.map((stage, number) => (
        <Timeline.Item
          key={stageName(stage)}
          color={colours[stepState(rollout, number)]}
          title={<StepTitle name={stageName(stage)} state={stepState(rollout, number)} />}
        >
          <Step rollout={rollout} stage={stage} number={number} />
        </Timeline.Item>
      ))}
      <Timeline.Item color={colours[full]} title={<StepTitle name="All traffic" state={full} />}>
        <Text size="sm" c="dimmed">
          {status === 'full'
            ? `Version ${candidate} has become the champion.`
            : `Version ${candidate} becomes the champion, in the place of version ${champion}.`}
        </Text>
      </Timeline.Item>
    </Timeline>
  );
}

function StepTitle({ name, state }: { readonly name: string; readonly state: StepState }) {
  return (
    <Group gap={8}>
      {name}
      <Badge color={colours[state]} variant="light" autoContrast tt="none">
        {state}
      </Badge>
    </Group>
  );
}

interface StepProps {
  readonly rollout: RolloutAnswer;
  readonly stage: Stage;
  readonly number: number;
}

function Step({ rollout, stage, number }: StepProps) {
  const { decisions, judged } = stepRecord(rollout, number);
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {stageRule(stage, rollout.policy)}
      </Text>
      {stage.kind === 'shadow' && judged && <ShadowAgreement reasons={judged.reasons} />}
      {decisions.map((decision) => (
        <DecisionRecord key={`${decision.at} ${decision.action}`} decision={decision} />
      ))}
      {judged && !decisions.includes(judged) && <DecisionRecord decision={judged} />}
    </Stack>
  );
}

/** Someone who halts gives a reason of their own; the controller's reasons are its checks. */
function DecisionRecord({ decision }: { readonly decision: RolloutDecision }) {
  const { at, by, action, why, verdict, reasons, window } = decision;
  return (
    <div>
      <Group gap={8}>
        <Text size="sm" fw={600}>
          {action === 'wait' ? 'The last look' : decisionWords(action)}
        </Text>
        <VerdictMark verdict={verdict} />
        <Text size="xs" c="dimmed">
          {by}, event time <When at={at} />
        </Text>
      </Group>
      <Text size="sm">{why}</Text>
      {reasons.length > 0 && (
        <details open={action === 'wait'}>
          <summary style={{ cursor: 'pointer', fontSize: 'var(--mantine-font-size-sm)' }}>
            {counted(reasons.length, 'check')}
            {window && (
              <>
                {' '}
                on what was seen from <When at={window.from} /> to <When at={window.to} />
              </>
            )}
          </summary>
          <Reasons of={reasons} />
        </details>
      )}
    </div>
  );
}

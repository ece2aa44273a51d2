// The way of a retraining from the data to the traffic, step by step.

import type { RetrainingStep } from '@flightdeck/admin-api';
import { Anchor, Group, Paper, SimpleGrid, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Section } from '../../parts/section.tsx';
import { JobState } from './job-state.tsx';

const names: Readonly<Record<RetrainingStep['name'], string>> = {
  snapshot: 'Snapshot',
  trials: 'Trials',
  fit: 'Fit',
  evaluate: 'Evaluate',
  gate: 'Gate',
  register: 'Register',
  rollout: 'Rollout',
};

interface RetrainingStepsProps {
  readonly model: string;
  readonly steps: readonly RetrainingStep[];
}

export function RetrainingSteps({ model, steps }: RetrainingStepsProps) {
  return (
    <Section
      title="The way to the traffic"
      note="From the data to the endpoint. What does not pass the gate ends there."
    >
      <SimpleGrid component="ol" cols={{ base: 1, sm: 2, lg: 3 }} p={0} m={0} style={{ listStyle: 'none' }}>
        {steps.map((step, i) => (
          <Paper key={step.name} component="li" withBorder p="sm">
            <Group justify="space-between" mb={4} wrap="nowrap">
              <Text fw={600}>
                {i + 1}. {names[step.name]}
              </Text>
              <JobState state={step.state} />
            </Group>
            {step.says && <Text size="sm">{step.says}</Text>}
            <Group gap="sm">
              {step.attempts !== null && (
                <Text size="xs" c="dimmed">
                  {step.attempts === 1 ? 'one try' : `${step.attempts} tries`}
                </Text>
              )}
              <Evidence model={model} step={step} />
            </Group>
          </Paper>
        ))}
      </SimpleGrid>
    </Section>
  );
}

function Evidence({
  model,
  step: { name, version },
}: {
  readonly model: string;
  readonly step: RetrainingStep;
}) {
  if (version === null) return null;
  const [to, text] =
    name === 'rollout' ? ['/endpoint', 'The rollout'] : [`/models/${model}/${version}`, `Version ${version}`];
  return (
    <Anchor component={Link} to={to} size="xs">
      {text}
    </Anchor>
  );
}

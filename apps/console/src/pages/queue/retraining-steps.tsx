// The way of a retraining from the data to the traffic, step by step.

import type { RetrainingStep } from '@flightdeck/admin-api';
import { Anchor, Box, Group, List, Paper, Stack, Text } from '@mantine/core';
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
      <Stack component="ol" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
        {steps.map((step, i) => (
          <Paper key={step.name} component="li" withBorder p="sm">
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <div>
                <Text fw={600}>
                  {i + 1}. {names[step.name]}
                </Text>
                {step.says && <Text size="sm">{step.says}</Text>}
                <Group gap="sm">
                  {step.attempts !== null && (
                    <Text size="xs" c="dimmed">
                      {step.attempts === 1 ? 'one try' : `${step.attempts} tries`}
                    </Text>
                  )}
                  <Evidence model={model} step={step} />
                </Group>
              </div>
              <JobState state={step.state} />
            </Group>
            <Reasons reasons={step.reasons} />
          </Paper>
        ))}
      </Stack>
    </Section>
  );
}

function Reasons({ reasons }: Pick<RetrainingStep, 'reasons'>) {
  if (reasons.length === 0) return null;
  return (
    <Box component="details" mt={4}>
      <Text component="summary" size="sm" style={{ cursor: 'pointer' }}>
        The reasons
      </Text>
      <List size="sm" spacing={2} mt={4}>
        {reasons.map((reason) => (
          <List.Item key={reason}>{reason}</List.Item>
        ))}
      </List>
    </Box>
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

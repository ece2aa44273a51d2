// What an experiment declares, field by field, with its plan beside it.

import type { ExperimentChoicesAnswer } from '@flightdeck/admin-api';
import {
  Autocomplete,
  NativeSelect,
  NumberInput,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import { Section } from '../../parts/section.tsx';
import { count, decimal } from '../../parts/words.ts';
import { type Draft, declarationOf, firstDraft, forMetric } from './draft.ts';
import { PlanResult } from './plan-result.tsx';

interface PlanFormProps {
  readonly model: string;
  readonly choices: ExperimentChoicesAnswer;
}

export function PlanForm({ model, choices }: PlanFormProps) {
  const [draft, setDraft] = useState(() => firstDraft(choices));
  const change = (parts: Partial<Draft>) => setDraft({ ...draft, ...parts });
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Section
        title="What is declared"
        note="Before it begins, because what is chosen afterwards proves nothing."
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            description="Unique for ever: it decides who gets which variant."
            placeholder="summer-calibration"
            value={draft.name}
            onChange={({ currentTarget }) => change({ name: currentTarget.value })}
          />
          <Variants draft={draft} change={change} choices={choices} />
          <Metric draft={draft} change={change} choices={choices} />
          <Design draft={draft} change={change} />
        </Stack>
      </Section>
      <PlanResult
        model={model}
        draft={draft}
        declaration={declarationOf(draft, choices.metrics)}
        choices={choices}
      />
    </SimpleGrid>
  );
}

interface FieldsProps {
  readonly draft: Draft;
  readonly change: (parts: Partial<Draft>) => void;
}

interface ChoiceFieldsProps extends FieldsProps {
  readonly choices: ExperimentChoicesAnswer;
}

function Variants({ draft, change, choices: { targets } }: ChoiceFieldsProps) {
  const names = targets.map(({ target }) => target);
  const versionOf = (target: string) => {
    const version = targets.find((one) => one.target === target)?.version;
    return version === undefined ? 'an alias or a version' : `version ${version} answers`;
  };
  return (
    <>
      <SimpleGrid cols={2}>
        {(['control', 'treatment'] as const).map((which) => (
          <Autocomplete
            key={which}
            label={which === 'control' ? 'Control' : 'Treatment'}
            description={versionOf(draft[which])}
            data={names}
            value={draft[which]}
            onChange={(target) => change({ [which]: target })}
          />
        ))}
      </SimpleGrid>
      <NumberInput
        label="Share of units for the treatment, percent"
        min={1}
        max={99}
        value={draft.share}
        onChange={(share) => change({ share: Number(share) })}
      />
    </>
  );
}

function Metric({ draft, change, choices: { metrics } }: ChoiceFieldsProps) {
  const metric = metrics.find(({ name }) => name === draft.metric) ?? metrics[0]!;
  const { kind, says, seen, needsLabels } = metric;
  return (
    <>
      <NativeSelect
        label="Metric of a unit"
        description={`${says}${needsLabels ? '; it needs labels' : ''}`}
        data={metrics.map(({ name }) => name)}
        value={metric.name}
        onChange={({ currentTarget }) =>
          change(forMetric(metrics.find(({ name }) => name === currentTarget.value) ?? metric))
        }
      />
      <NativeSelect
        label="Better is"
        data={['lower', 'higher']}
        value={draft.better}
        onChange={({ currentTarget }) => change({ better: currentTarget.value as Draft['better'] })}
      />
      <SimpleGrid cols={2}>
        <NumberInput
          label={kind === 'mean' ? 'Standard deviation of units' : 'Share without the treatment'}
          min={0}
          value={draft.scale}
          onChange={(scale) => change({ scale: Number(scale) })}
        />
        <NumberInput
          label="Smallest effect worth finding"
          min={0}
          value={draft.minimumEffect}
          onChange={(effect) => change({ minimumEffect: Number(effect) })}
        />
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {seen
          ? `Of ${count(seen.units)} units in the last days it was ${decimal(seen.mean, 4)} on average, with a deviation of ${decimal(seen.deviation, 4)}.`
          : 'Nothing is known of it yet from the traffic.'}
      </Text>
    </>
  );
}

function Design({ draft, change }: FieldsProps) {
  return (
    <>
      <SegmentedControl
        aria-label="Method"
        data={[
          { value: 'sequential', label: 'Sequential: look at any time' },
          { value: 'fixed', label: 'Fixed: one look' },
        ]}
        value={draft.method}
        onChange={(method) => change({ method: method as Draft['method'] })}
      />
      <SimpleGrid cols={2}>
        <NumberInput
          label="Power"
          min={0.51}
          max={0.99}
          step={0.05}
          value={draft.power}
          onChange={(power) => change({ power: Number(power) })}
        />
        <NumberInput
          label="Days at least"
          min={0}
          value={draft.minimumDays}
          onChange={(days) => change({ minimumDays: Number(days) })}
        />
      </SimpleGrid>
    </>
  );
}

// Whose windows are shown, and of which length.

import type { MonitoredEndpoint } from '@flightdeck/admin-api';
import { Group, NativeSelect, SegmentedControl } from '@mantine/core';
import { type Choice, useAddress } from './choice.ts';
import { nameOfLength } from './window-words.ts';

interface ChoiceBarProps {
  readonly choice: Choice;
  readonly endpoints: readonly MonitoredEndpoint[];
}

export function ChoiceBar({ choice, endpoints }: ChoiceBarProps) {
  const { go } = useAddress();
  const { endpoint, version, lengthMinutes } = choice;
  return (
    <Group align="flex-end">
      <NativeSelect
        label="Endpoint"
        data={endpoints.map(({ endpoint: name }) => name)}
        value={endpoint.endpoint}
        onChange={({ currentTarget }) =>
          go({ endpoint: currentTarget.value, version: null, window: null, feature: null })
        }
      />
      <NativeSelect
        label="Version"
        data={[
          { value: '', label: 'All versions' },
          ...endpoint.versions.map((one) => ({ value: String(one), label: `Version ${one}` })),
        ]}
        value={version === null ? '' : String(version)}
        onChange={({ currentTarget }) => go({ version: currentTarget.value || null, window: null })}
      />
      <SegmentedControl
        aria-label="Length of a window"
        data={endpoint.lengths.map((minutes) => ({
          value: String(minutes),
          label: `Windows of ${nameOfLength(minutes)}`,
        }))}
        value={String(lengthMinutes)}
        onChange={(length) => go({ length, window: null })}
      />
    </Group>
  );
}

// The alarms of all windows that are shown, latest first, each in a sentence, with the way to its report.

import type { WindowNumbers } from '@flightdeck/admin-api';
import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { Section } from '../../parts/section.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { changed, idOf, useAddress } from './choice.ts';
import { ReportLinks } from './report-links.tsx';
import { nameOfWindow } from './window-words.ts';

/** More are shown when they are asked for. */
const few = 6;

export function alarmsIn(windows: readonly WindowNumbers[]) {
  const isAlarm = (verdict: string) => verdict === 'drifted' || verdict === 'degraded';
  return windows
    .toReversed()
    .flatMap((window) =>
      window.findings.filter(({ verdict }) => isAlarm(verdict)).map((finding) => ({ window, ...finding })),
    );
}

export function Alarms({
  endpoint,
  windows,
}: {
  readonly endpoint: string;
  readonly windows: readonly WindowNumbers[];
}) {
  const { address } = useAddress();
  const [all, setAll] = useState(false);
  const alarms = alarmsIn(windows);
  const shown = all ? alarms : alarms.slice(0, few);
  return (
    <Section
      title={alarms.length === 0 ? 'No alarm' : `Alarms: ${alarms.length}`}
      note={`In ${windows.length} windows. Drift alone is information; the controller acts on it where matured quality agrees.`}
    >
      <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {shown.map(({ window, item, verdict, message }) => (
          <li key={`${idOf(window)} ${item}`}>
            <Group gap="xs">
              <VerdictMark verdict={verdict} />
              <Anchor
                component={Link}
                size="sm"
                to={changed(address, { window: idOf(window), ...featureOf(item) })}
              >
                {nameOfWindow(window)}, version {window.version}
              </Anchor>
              <ReportLinks endpoint={endpoint} window={window} />
            </Group>
            <Text size="sm">{message}</Text>
          </li>
        ))}
      </Stack>
      {alarms.length > few && (
        <Anchor component="button" type="button" size="sm" onClick={() => setAll(!all)} ta="left">
          {all ? 'Show the latest only' : `Show all ${alarms.length}`}
        </Anchor>
      )}
    </Section>
  );
}

/** An alarm on drift leads to its feature. */
function featureOf(item: string): Record<string, string | null> {
  const [, feature] = /^drift:(.+)$/.exec(item) ?? [];
  return feature === undefined ? {} : { feature: feature === 'score' ? null : feature };
}

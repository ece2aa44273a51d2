// What was decided last, by whom and why, each with its way to the evidence.

import type { TimelineEntry } from '@flightdeck/admin-api';
import { Anchor, Button, Text, Timeline } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { decisionColour, decisionWords } from '../../parts/decision-words.ts';
import { Reasons } from '../../parts/reasons.tsx';
import { When } from '../../parts/when.tsx';
import { counted } from '../../parts/words.ts';

const shownAtFirst = 5;

export function DecisionTimeline({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const [all, setAll] = useState(false);
  const more = entries.length - shownAtFirst;
  if (entries.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing has been decided yet. The controller decides when a version is served and its traffic is
        reported.
      </Text>
    );
  return (
    <>
      <Timeline bulletSize={14} lineWidth={2} active={entries.length}>
        {(all ? entries : entries.slice(0, shownAtFirst)).map((entry) => (
          <Timeline.Item
            key={entry.id}
            color={decisionColour(entry.kind)}
            title={
              <>
                {decisionWords(entry.kind)}
                {entry.version !== null && ` · version ${entry.version}`}
              </>
            }
          >
            <Entry {...entry} />
          </Timeline.Item>
        ))}
      </Timeline>
      {more > 0 && !all && (
        <Button variant="default" size="compact-sm" w="fit-content" onClick={() => setAll(true)}>
          {more} more
        </Button>
      )}
    </>
  );
}

function Entry({ model, at, actor, reason, eventTime, reasons, rollout, version }: TimelineEntry) {
  return (
    <>
      <Text size="xs" c="dimmed">
        {actor}, <When at={at} age />
        {eventTime !== null && (
          <>
            {' '}
            (event time <When at={eventTime} />)
          </>
        )}
      </Text>
      <Text size="sm">{reason}</Text>
      {reasons.length > 0 && (
        <details>
          <summary style={{ fontSize: 'var(--mantine-font-size-sm)', cursor: 'pointer' }}>
            {counted(reasons.length, 'check')}
          </summary>
          <Reasons of={reasons} />
        </details>
      )}
      {rollout && (
        <Anchor component={Link} to={`/endpoint/${rollout.endpoint}/rollouts/${rollout.id}`} size="sm">
          The rollout
        </Anchor>
      )}
      {!rollout && version !== null && (
        <Anchor component={Link} to={`/models/${model}/${version}`} size="sm">
          The version
        </Anchor>
      )}
    </>
  );
}

// What a run said while it ran: its stages and epochs, as the queue has kept them.

import type { RunLinesAnswer } from '@flightdeck/admin-api';
import { Code, Text } from '@mantine/core';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Section } from '../../parts/section.tsx';
import { count } from '../../parts/words.ts';

export function RunLines({ id, every }: { readonly id: string; readonly every: number | false }) {
  const lines = useAnswer<RunLinesAnswer>(`/v1/runs/${encodeURIComponent(id)}/lines?limit=200`, {
    every: () => every,
  });
  return (
    <Section
      title="Lines"
      note="What its stages said, in order. The queue keeps them with the job, for a week or so."
    >
      <Answer of={lines}>
        {({ lines, before }) =>
          lines.length === 0 ? (
            <Text size="sm" c="dimmed">
              The queue has no lines of this run: it did not go through this queue, or was so long ago that
              its job is forgotten. logs/trainer.log below the state directory says when its stages began and
              ended.
            </Text>
          ) : (
            <>
              {before > 0 && (
                <Text size="xs" c="dimmed">
                  {count(before)} earlier lines are left out.
                </Text>
              )}
              <Code
                block
                tabIndex={0}
                mah={320}
                style={{ overflow: 'auto' }}
                role="log"
                aria-label="Lines of the run"
              >
                {lines.join('\n')}
              </Code>
            </>
          )
        }
      </Answer>
    </Section>
  );
}

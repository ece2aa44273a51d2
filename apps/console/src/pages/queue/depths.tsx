// BullMQ's own dashboard, in a frame of its own: every job with its data, its tries and its stack.

import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Page } from '../../parts/page.tsx';

export function Depths() {
  return (
    <Page
      title="Bull Board"
      lead={
        <>
          Every job with its data, tries and stack, on Redis and on PostgreSQL alike.{' '}
          <Anchor component={Link} to="/queue" size="sm">
            Back to the queue
          </Anchor>
          {' · '}
          <Anchor href="/bull-board" target="_blank" size="sm">
            Open it alone
          </Anchor>
        </>
      }
    >
      <Text size="sm">
        What is changed here takes a key with the scope admin, and is in the record with its name; but nobody
        is asked for a reason, and a stage that is retried alone is not followed. The buttons of the queue's
        page do it whole.
      </Text>
      <iframe
        src="/bull-board/"
        title="Bull Board"
        style={{ width: '100%', height: '75vh', border: '1px solid var(--mantine-color-default-border)' }}
      />
    </Page>
  );
}

// The way from a number to the whole report that it is from: as a page, and as JSON.

import type { WindowNumbers } from '@flightdeck/admin-api';
import { Anchor, Group } from '@mantine/core';
import { nameOfWindow } from './window-words.ts';

interface ReportLinksProps {
  readonly endpoint: string;
  readonly window: WindowNumbers;
}

export function ReportLinks({ endpoint, window }: ReportLinksProps) {
  const path = reportPath(endpoint, window);
  const about = `version ${window.version}, ${nameOfWindow(window)}`;
  return (
    <Group gap="xs" wrap="nowrap" component="span">
      <Anchor
        href={`${path}&format=html`}
        target="_blank"
        size="sm"
        aria-label={`The whole report on ${about}`}
      >
        Report
      </Anchor>
      <Anchor href={path} target="_blank" size="sm" aria-label={`The report on ${about} as JSON`}>
        JSON
      </Anchor>
    </Group>
  );
}

export function reportPath(endpoint: string, { version, from, to }: WindowNumbers): string {
  const [begin, end] = [from, to].map((time) => new Date(time).toISOString());
  return `/v1/reports/${encodeURIComponent(endpoint)}/${version}/${begin}?to=${end}`;
}

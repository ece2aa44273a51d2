// What monitoring says of the latest windows, in its own sentences.

import type { ModelOverview, ReportSummary } from '@flightdeck/admin-api';
import { Anchor, Code, Group, Stack, Text } from '@mantine/core';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { When } from '../../parts/when.tsx';
import { describeDuration } from '../../parts/words.ts';
import { isServing, sectionNames } from './loop-words.ts';

export function CurrentReports({ model }: { readonly model: ModelOverview | null }) {
  const { reports = [] } = model ?? {};
  if (reports.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No window is complete yet. Send the endpoint some traffic: <Code>npx flightdeck simulate</Code>
      </Text>
    );
  return (
    <Stack gap="lg">
      {reports.map((report) => (
        <OneReport
          key={`${report.version} ${report.from} ${report.to}`}
          {...report}
          serves={isServing(model!, report.version)}
        />
      ))}
    </Stack>
  );
}

function OneReport({
  endpoint,
  version,
  from,
  to,
  sections,
  serves,
}: ReportSummary & { readonly serves: boolean }) {
  const [begins, ends] = [from, to].map((at) => new Date(at).toISOString());
  return (
    <div>
      <Text size="sm" fw={600}>
        Version {version}
        {!serves && ' (which no longer answers)'}, {describeDuration(to - from)} until <When at={to} />{' '}
        <Anchor size="sm" href={`/v1/reports/${endpoint}/${version}/${begins}?to=${ends}&format=html`}>
          Whole report
        </Anchor>
      </Text>
      <Stack gap={6} mt={6}>
        {sections.map(({ name, verdict, sentence }) => (
          <Group key={name} gap={8} wrap="nowrap" align="flex-start">
            <VerdictMark verdict={verdict} />
            <Text size="sm" style={{ flex: 1 }}>
              <b>{sectionNames[name]}.</b> {sentence}
            </Text>
          </Group>
        ))}
      </Stack>
    </div>
  );
}

// Every window with the numbers that the plots above show, the latest first.

import type { WindowNumbers } from '@flightdeck/admin-api';
import { Table } from '@mantine/core';
import { Section } from '../../parts/section.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { count, decimal, percent } from '../../parts/words.ts';
import { idOf } from './choice.ts';
import { ReportLinks } from './report-links.tsx';
import { known, metricNames, nameOfWindow } from './window-words.ts';

interface WindowTableProps {
  readonly endpoint: string;
  readonly windows: readonly WindowNumbers[];
}

export function WindowTable({ endpoint, windows }: WindowTableProps) {
  return (
    <Section title="All windows" note="The latest first. In brackets the 95 % interval.">
      <Table.ScrollContainer minWidth={1100} maxHeight={460}>
        <Table stickyHeader highlightOnHover style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Table.Thead>
            <Table.Tr>
              {['Window', 'Version', 'Verdict', 'Predictions', 'Failed', 'Labels'].map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
              {Object.values(metricNames).map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
              <Table.Th>Evidence</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {windows.toReversed().map((window) => (
              <Row key={idOf(window)} endpoint={endpoint} window={window} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

function Row({ endpoint, window }: { readonly endpoint: string; readonly window: WindowNumbers }) {
  const { service, quality } = window;
  return (
    <Table.Tr>
      <Table.Td>{nameOfWindow(window)}</Table.Td>
      <Table.Td>{window.version}</Table.Td>
      <Table.Td>
        <VerdictMark verdict={window.verdict} />
      </Table.Td>
      <Table.Td>{count(service.answered + service.failed)}</Table.Td>
      <Table.Td>{count(service.failed)}</Table.Td>
      <Table.Td>{known(quality.coverage, (share) => percent(share, 0))}</Table.Td>
      {(Object.keys(metricNames) as (keyof typeof metricNames)[]).map((metric) => (
        <Table.Td key={metric}>{estimate(quality.metrics[metric])}</Table.Td>
      ))}
      <Table.Td>
        <ReportLinks endpoint={endpoint} window={window} />
      </Table.Td>
    </Table.Tr>
  );
}

function estimate({ value, low, high }: WindowNumbers['quality']['metrics']['rocAuc']): string {
  if (value === null) return 'unknown';
  const interval = low === null || high === null ? '' : ` [${decimal(low, 3)}, ${decimal(high, 3)}]`;
  return `${decimal(value, 3)}${interval}`;
}

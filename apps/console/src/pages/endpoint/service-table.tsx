// The numbers of the plots, the latest windows first, each with its report.

import type { ServiceWindow } from '@flightdeck/admin-api';
import { Anchor, Button, Table } from '@mantine/core';
import { useState } from 'react';
import { useParams } from 'react-router';
import { When } from '../../parts/when.tsx';
import { count, percent } from '../../parts/words.ts';
import { failedShare, milliseconds, percentiles } from './service-plots.ts';

const shownAtFirst = 6;

export function ServiceTable({ windows }: { readonly windows: readonly ServiceWindow[] }) {
  const [all, setAll] = useState(false);
  const latestFirst = windows.toReversed();
  return (
    <>
      <Table.ScrollContainer minWidth={680}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Window from</Table.Th>
              <Table.Th>Version</Table.Th>
              <Table.Th ta="right">Answered</Table.Th>
              <Table.Th ta="right">Failed</Table.Th>
              {percentiles.map((percentile) => (
                <Table.Th key={percentile} ta="right">
                  {percentile}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {(all ? latestFirst : latestFirst.slice(0, shownAtFirst)).map((window) => (
              <WindowRow key={`${window.version} ${window.from}`} window={window} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {!all && windows.length > shownAtFirst && (
        <Button variant="default" size="compact-sm" onClick={() => setAll(true)} w="fit-content">
          All {windows.length} windows
        </Button>
      )}
    </>
  );
}

function WindowRow({ window }: { readonly window: ServiceWindow }) {
  const { name = '' } = useParams();
  const { version, from, to, answered, failed, failures, latencyMs } = window;
  const [begins, ends] = [from, to].map((at) => new Date(at).toISOString());
  const codes = Object.entries(failures).map(([code, n]) => `${count(n)} ${code}`);
  return (
    <Table.Tr style={{ fontVariantNumeric: 'tabular-nums' }}>
      <Table.Td>
        <Anchor size="sm" href={`/v1/reports/${name}/${version}/${begins}?to=${ends}&format=html`}>
          <When at={from} />
        </Anchor>
      </Table.Td>
      <Table.Td>{version}</Table.Td>
      <Table.Td ta="right">{count(answered)}</Table.Td>
      <Table.Td ta="right">
        {failed === 0 ? 'none' : `${percent(failedShare(window))} (${codes.join(', ')})`}
      </Table.Td>
      {percentiles.map((percentile) => (
        <Table.Td key={percentile} ta="right">
          {latencyMs ? milliseconds(latencyMs[percentile]) : '–'}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

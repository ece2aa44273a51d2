// Two distributions over the same bins: that of training, and that of a window.

import type { DriftWindowAnswer } from '@flightdeck/admin-api';
import { Accordion, Table } from '@mantine/core';
import type { EChartsCoreOption } from 'echarts/core';
import { percent } from '../../parts/words.ts';

type Drift = DriftWindowAnswer['distribution'];

export function distributionOf({ bins, kind }: Drift): EChartsCoreOption {
  const bars = (name: string, part: 'reference' | 'window', color: string) => ({
    ...{ type: 'bar', name, color, barGap: '0%', barCategoryGap: '20%' },
    data: bins.map((bin) => bin[part]),
  });
  return {
    grid: { left: 52, right: 16, top: 36, bottom: 60 },
    legend: { top: 0 },
    tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => percent(Number(value), 2) },
    xAxis: {
      type: 'category',
      data: bins.map(({ label }) => label),
      axisLabel: { rotate: bins.length > 6 ? 35 : 0, fontSize: 10, hideOverlap: true },
      name: kind === 'number' ? '' : 'category',
    },
    yAxis: { type: 'value', axisLabel: { formatter: (value: number) => percent(value, 0) } },
    series: [bars('Training', 'reference', '#868e96'), bars('This window', 'window', '#0072b2')],
  };
}

export function BinTable({ drift: { bins } }: { readonly drift: Drift }) {
  return (
    <Accordion variant="contained">
      <Accordion.Item value="bins">
        <Accordion.Control>The shares as numbers</Accordion.Control>
        <Accordion.Panel>
          <Table.ScrollContainer minWidth={320} maxHeight={320}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Bin</Table.Th>
                  <Table.Th>Training</Table.Th>
                  <Table.Th>This window</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {bins.map(({ label, reference, window }) => (
                  <Table.Tr key={label}>
                    <Table.Td>{label}</Table.Td>
                    <Table.Td>{percent(reference, 2)}</Table.Td>
                    <Table.Td>{percent(window, 2)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

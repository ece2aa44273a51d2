// One window's verdict and its figures, each with what it was compared with.

import type { WindowNumbers } from '@flightdeck/admin-api';
import { Group, List, SimpleGrid, Text } from '@mantine/core';
import { Figure } from '../../parts/figure.tsx';
import { Section } from '../../parts/section.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { count, decimal, percent } from '../../parts/words.ts';
import { ReportLinks } from './report-links.tsx';
import { known, type MetricName, nameOfWindow } from './window-words.ts';

interface WindowVerdictProps {
  readonly endpoint: string;
  readonly window: WindowNumbers;
  readonly isLatest: boolean;
}

export function WindowVerdict({ endpoint, window, isLatest }: WindowVerdictProps) {
  const { findings, quality } = window;
  return (
    <Section
      title={`${isLatest ? 'The latest window' : 'The chosen window'}: ${nameOfWindow(window)}, version ${window.version}`}
      note={quality.because}
      actions={
        <Group gap="sm">
          <VerdictMark verdict={window.verdict} />
          <ReportLinks endpoint={endpoint} window={window} />
        </Group>
      }
    >
      <Figures window={window} />
      {quality.labelsSuspect && (
        <Text c="red" size="sm">
          The scores rank the labels backwards: look at the labels, before a model learns from them.
        </Text>
      )}
      {findings.length === 0 ? (
        <Text size="sm">Everything that is watched is within its limits.</Text>
      ) : (
        <List size="sm" spacing={6} listStyleType="none" aria-label="What is not ok">
          {findings.map(({ item, verdict, message }) => (
            <List.Item key={item} icon={<VerdictMark verdict={verdict} />}>
              {message}
            </List.Item>
          ))}
        </List>
      )}
    </Section>
  );
}

function Figures({ window: { quality, service } }: { readonly window: WindowNumbers }) {
  const all = service.answered + service.failed;
  return (
    <SimpleGrid cols={{ base: 2, xs: 3, md: 5 }}>
      <Metric name="ROC-AUC" of={quality} metric="rocAuc" />
      <Metric name="Calibration error" of={quality} metric="ece" />
      <Figure
        name="Labels known"
        value={known(quality.coverage, (share) => percent(share))}
        detail={`${count(quality.rows)} of ${count(service.answered)} answers`}
      />
      <Figure
        name="Predictions"
        value={count(all)}
        detail={`${all === 0 ? 'none' : percent(service.failed / all, 2)} failed`}
      />
      <Figure
        name="Slowest 1 %"
        value={service.latencyMs === null ? 'unknown' : `${service.latencyMs.p99.toFixed(1)} ms`}
        detail={service.latencyMs && `half are under ${service.latencyMs.p50.toFixed(1)} ms`}
      />
    </SimpleGrid>
  );
}

interface MetricProps {
  readonly name: string;
  readonly of: WindowNumbers['quality'];
  readonly metric: MetricName;
}

function Metric({ name, of, metric }: MetricProps) {
  const { value, low, high, promised } = of.metrics[metric];
  const interval = low === null || high === null ? '' : `95 %: ${decimal(low, 3)} to ${decimal(high, 3)}, `;
  return (
    <Figure
      name={name}
      value={known(value, (each) => decimal(each, 4))}
      detail={`${interval}promised ${known(promised, (each) => decimal(each, 3))}`}
    />
  );
}

// One feature, or the score, in one window: its distribution beside that of training, and how its drift has gone.

import type { DriftHistoryAnswer, DriftWindowAnswer, WindowNumbers } from '@flightdeck/admin-api';
import { Group, SimpleGrid, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Chart } from '../../parts/chart.tsx';
import { Figure } from '../../parts/figure.tsx';
import { overTime } from '../../parts/over-time.ts';
import { Section } from '../../parts/section.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { count, decimal } from '../../parts/words.ts';
import { BinTable, distributionOf } from './distribution.tsx';
import { linesByVersion } from './lines.ts';
import { ReportLinks } from './report-links.tsx';
import { known, nameOfFeature, nameOfWindow } from './window-words.ts';

interface FeatureDriftProps {
  readonly history: DriftHistoryAnswer;
  readonly window: WindowNumbers;
  readonly feature: string | null;
}

export function FeatureDrift({ history, window, feature }: FeatureDriftProps) {
  const answer = useAnswer<DriftWindowAnswer>(windowPath(history.endpoint, window, feature), { keep: true });
  return (
    <Section
      title={`${nameOfFeature(feature)}, ${nameOfWindow(window)}`}
      note={`Version ${window.version}'s training beside this window.`}
      actions={<ReportLinks endpoint={history.endpoint} window={window} />}
    >
      <Answer of={answer}>{({ distribution }) => <Distribution drift={distribution} />}</Answer>
      <DriftLine history={history} feature={feature} />
    </Section>
  );
}

/** The report may be made again, under the same address, when more labels have come. */
export function windowPath(endpoint: string, window: WindowNumbers, feature: string | null): string {
  const { version, from, to } = window;
  const query = new URLSearchParams({
    endpoint,
    version: String(version),
    from: String(from),
    to: String(to),
  });
  if (feature !== null) query.set('feature', feature);
  return `/v1/drift/window?${query}`;
}

const three = (value: number) => decimal(value, 3);

function Distribution({ drift }: { readonly drift: DriftWindowAnswer['distribution'] }) {
  const option = useMemo(() => distributionOf(drift), [drift]);
  return (
    <>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <VerdictMark verdict={drift.item.verdict} />
        <Text size="sm">{drift.item.message}</Text>
      </Group>
      <Chart
        label={`Share of rows by ${drift.kind === 'number' ? 'bin' : 'category'}, in training and in this window: stability index ${known(drift.stabilityIndex, three)}.`}
        option={option}
      />
      <SimpleGrid cols={{ base: 2, sm: 3, md: 5 }}>
        <Figure
          name="Stability index"
          value={known(drift.stabilityIndex, three)}
          detail={`${known(drift.stabilityNoise, three)} of it by chance`}
        />
        <Figure name="Jensen-Shannon" value={known(drift.jensenShannon, three)} detail="0 to 1" />
        <Figure
          name="p"
          value={known(drift.p, (p) => (p < 0.0001 ? p.toExponential(1) : decimal(p, 4)))}
          detail={`${count(drift.rows)} rows, worth ${known(drift.effectiveRows, (rows) => count(Math.round(rows)))}`}
        />
        {drift.shift !== null && (
          <Figure name="Mean moved by" value={decimal(drift.shift, 2)} detail="deviations of training" />
        )}
        {drift.wasserstein !== null && (
          <Figure name="Wasserstein" value={decimal(drift.wasserstein, 3)} detail="in the feature's unit" />
        )}
      </SimpleGrid>
      <BinTable drift={drift} />
    </>
  );
}

function DriftLine({ history, feature }: Pick<FeatureDriftProps, 'history' | 'feature'>) {
  const { windows, alarms } = history;
  const option = useMemo(() => {
    const lines = linesByVersion(windows, ({ drift }) => ({
      value: drift.find((each) => each.feature === feature)?.value ?? null,
    }));
    const limit = alarms && { name: 'limit', value: alarms.stabilityIndex };
    return overTime(lines, { write: (n) => decimal(n, 2), fromZero: true, ...(limit && { limit }) });
  }, [windows, alarms, feature]);
  return (
    <>
      <Text size="sm" fw={600}>
        Over time
      </Text>
      <Chart
        label={`Stability index of ${nameOfFeature(feature)} above its noise, by window; the numbers are in the map above.`}
        option={option}
        height={170}
      />
    </>
  );
}

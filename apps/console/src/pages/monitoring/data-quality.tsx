// Data quality of a window: for each feature what is missing, out of range, never seen, defaulted or stale.

import type { DriftWindowAnswer, WindowNumbers } from '@flightdeck/admin-api';
import { Table, Text } from '@mantine/core';
import { useAnswer } from '../../api/answers.ts';
import { Answer } from '../../parts/answer.tsx';
import { Section } from '../../parts/section.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { percent } from '../../parts/words.ts';
import { windowPath } from './feature-drift.tsx';
import { known, nameOfWindow } from './window-words.ts';

type Quality = DriftWindowAnswer['dataQuality'];
type FeatureQuality = Quality['features'][number];

const checks = ['missing', 'outOfRange', 'unseen', 'defaulted', 'stale'] as const;
const names: Readonly<Record<(typeof checks)[number], string>> = {
  missing: 'Missing',
  outOfRange: 'Out of range',
  unseen: 'Never seen',
  defaulted: 'Default instead',
  stale: 'Stale',
};

export function DataQuality({
  endpoint,
  window,
}: {
  readonly endpoint: string;
  readonly window: WindowNumbers;
}) {
  const answer = useAnswer<DriftWindowAnswer>(windowPath(endpoint, window, null), { keep: true });
  return (
    <Section
      title="Data quality"
      note={`${nameOfWindow(window)}, version ${window.version}: the share of rows whose input is not what it claims to be.`}
    >
      <Answer of={answer}>{({ dataQuality }) => <Features quality={dataQuality} />}</Answer>
    </Section>
  );
}

function Features({ quality }: { readonly quality: Quality }) {
  const { features, items } = quality;
  const touched = features.filter(isTouched).toSorted((a, b) => worst(b) - worst(a));
  const clean = features.length - touched.length;
  const verdictOf = (feature: string) =>
    items.filter(({ item }) => item.endsWith(`:${feature}`)).find(({ verdict }) => verdict !== 'ok')
      ?.verdict ?? 'ok';
  return (
    <>
      {touched.length > 0 && (
        <Table.ScrollContainer minWidth={720}>
          <Table style={{ fontVariantNumeric: 'tabular-nums' }}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Feature</Table.Th>
                <Table.Th>Verdict</Table.Th>
                {checks.map((check) => (
                  <Table.Th key={check}>{names[check]}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {touched.map((feature) => (
                <Table.Tr key={feature.feature}>
                  <Table.Td>{feature.feature}</Table.Td>
                  <Table.Td>
                    <VerdictMark verdict={verdictOf(feature.feature)} />
                  </Table.Td>
                  {checks.map((check) => (
                    <Table.Td key={check}>
                      {known(feature[check], (share) => (share === 0 ? '0' : percent(share, 2)))}
                      {check === 'unseen' && feature.unseenExample && ` (“${feature.unseenExample}”)`}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Text size="sm">{cleanWords(clean, features.length)}</Text>
    </>
  );
}

function isTouched(feature: FeatureQuality): boolean {
  return worst(feature) > 0;
}

function worst(feature: FeatureQuality): number {
  return Math.max(...checks.map((check) => feature[check] ?? 0));
}

export function cleanWords(clean: number, all: number): string {
  if (clean === all)
    return `All ${all} features are clean: nothing is missing, out of range, unknown, defaulted or stale.`;
  return clean === 0
    ? 'No feature is without such rows.'
    : `The other ${clean} of ${all} features have no such rows.`;
}

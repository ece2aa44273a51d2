// Two versions of a model side by side: metrics with what of their difference may be chance, curves over each other, slices, and how far
// apart the data are that they learnt from.

import type { ComparedVersion, ComparisonAnswer } from '@flightdeck/admin-api';
import { Group, NumberInput, SimpleGrid } from '@mantine/core';
import { useMemo } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { useAnswer } from '../../../api/answers.ts';
import { Answer } from '../../../parts/answer.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { Page } from '../../../parts/page.tsx';
import { PageLink } from '../../../parts/page-link.tsx';
import { Section } from '../../../parts/section.tsx';
import { CalibrationChart, PrecisionRecallChart, RocChart } from '../curves.tsx';
import { pathOf } from '../paths.ts';
import { DriftTable } from './drift-table.tsx';
import { MetricDifferences } from './metric-differences.tsx';
import { SliceDifferences } from './slice-differences.tsx';

export function ComparisonView() {
  const { model = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const [a, b] = [search.get('a') ?? '', search.get('b') ?? ''];
  const answer = useAnswer<ComparisonAnswer>(`/v1/models/${model}/comparison?a=${a}&b=${b}`, {
    enabled: a !== '' && b !== '',
    keep: true,
  });
  const choose = (side: 'a' | 'b') => (version: number | string) => {
    if (typeof version === 'number' && version > 0)
      setSearch({ a, b, [side]: String(version) }, { replace: true });
  };
  return (
    <Page
      title={`${model}: v${a} against v${b}`}
      lead={<PageLink to={pathOf.model(model)}>All versions of {model}</PageLink>}
      actions={
        <Group gap="xs">
          <NumberInput size="xs" w={90} label="Version" min={1} value={Number(a)} onChange={choose('a')} />
          <NumberInput size="xs" w={90} label="Against" min={1} value={Number(b)} onChange={choose('b')} />
        </Group>
      }
    >
      <Answer of={answer}>{(found) => <Sides comparison={found} />}</Answer>
    </Page>
  );
}

function Sides({ comparison: { a, b, drift } }: { readonly comparison: ComparisonAnswer }) {
  return (
    <>
      <Measured a={a} b={b} />
      {drift ? (
        <DriftTable drift={drift} a={a} b={b} />
      ) : (
        <EmptyState
          title="There is no drift to show between their references"
          next={`${lacking([a, b], ({ trainingRows }) => trainingRows === null)} no reference profile: it was imported. What the kit trains keeps how each feature was distributed.`}
        />
      )}
    </>
  );
}

function Measured({ a, b }: { readonly a: ComparedVersion; readonly b: ComparedVersion }) {
  const sides = useMemo(
    () =>
      [a, b].flatMap(({ version, evaluation }) => (evaluation ? [{ name: `v${version}`, evaluation }] : [])),
    [a, b],
  );
  const [first, second] = sides;
  if (!first || !second)
    return (
      <EmptyState
        title="These two cannot be measured against each other"
        next={`${lacking([a, b], ({ evaluation }) => evaluation === null)} no evaluation in its bundle: it was imported. Shadow it, or split traffic, to compare them on live rows.`}
      />
    );
  return (
    <>
      <MetricDifferences a={first} b={second} />
      {sides.every(({ evaluation }) => evaluation.curves) && (
        <Section title="Curves" note={`v${a.version} is drawn through, v${b.version} dashed.`}>
          <SimpleGrid cols={{ base: 1, md: 3 }}>
            <RocChart sides={sides} />
            <PrecisionRecallChart sides={sides} />
            <CalibrationChart sides={sides} />
          </SimpleGrid>
        </Section>
      )}
      <SliceDifferences a={first} b={second} />
    </>
  );
}

function lacking(sides: readonly ComparedVersion[], lacks: (side: ComparedVersion) => boolean): string {
  const names = sides.filter(lacks).map(({ version }) => `v${version}`);
  return `${names.join(' and ')} ${names.length > 1 ? 'have' : 'has'}`;
}

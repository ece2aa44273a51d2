// Several processes' metrics as one: what Prometheus would have seen had one process done it all.

import type { Family, Sample } from './family.ts';

const combine: Readonly<Record<Family['aggregator'], (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
  first: (a) => a,
};

export function mergeFamilies(processes: readonly (readonly Family[])[]): readonly Family[] {
  return [...Map.groupBy(processes.flat(), ({ name }) => name).values()].map((families) => ({
    ...families[0]!,
    values: mergeSamples(
      families.flatMap(({ values }) => values),
      combine[families[0]!.aggregator],
    ),
  }));
}

/** What must never go backwards, and so outlives the process that counted it. */
export function totals(families: readonly Family[]): readonly Family[] {
  return families.filter(({ type }) => type !== 'gauge');
}

function mergeSamples(samples: readonly Sample[], combined: (a: number, b: number) => number): Sample[] {
  const merged = new Map<string, Sample>();
  for (const sample of samples) {
    const key = keyOf(sample);
    const before = merged.get(key);
    merged.set(key, before ? mergePair(before, sample, combined) : sample);
  }
  return [...merged.values()];
}

function mergePair(a: Sample, b: Sample, combined: (a: number, b: number) => number): Sample {
  const exemplar = (a.exemplar?.timestamp ?? 0) < (b.exemplar?.timestamp ?? 0) ? b.exemplar : a.exemplar;
  return { ...a, value: combined(a.value, b.value), ...(exemplar && { exemplar }) };
}

function keyOf({ metricName = '', labels }: Sample): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([metricName, pairs]);
}

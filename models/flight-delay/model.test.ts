import { readFileSync } from 'node:fs';
import { boundsOf } from '@flightdeck/dataset';
import { isAggregate, planOf } from '@flightdeck/features';
import { describe, expect, it } from 'vitest';
import model from './model.ts';

const { features, network } = model;

describe('the declarations fit together', () => {
  it('every input of the network is a feature, of the right kind', () => {
    for (const [name, input] of Object.entries(network.inputs)) {
      const feature = features.features[name];
      expect(feature, name).toBeDefined();
      expect(feature!.kind === 'category', name).toBe(input.kind === 'embedding');
    }
  });

  it('every feature is used, since each costs a join', () => {
    expect(Object.keys(features.features).sort()).toEqual(Object.keys(network.inputs).sort());
  });

  it('nothing that looks at delays looks at departures: only a landing makes a delay known', () => {
    expect(features.events.departure!.values).toEqual([]);
    expect(features.events.departure!.positions).toBeUndefined();
    expect(features.events.landing!.at).toBe('landed_at');
  });

  it('the plan needs few tables: 21 aggregates and a prior share 5 tables of totals and one of profiles', () => {
    expect(Object.values(features.features).filter(isAggregate)).toHaveLength(21);
    expect(planOf(features).streams).toHaveLength(5);
    expect(planOf(features).profiles).toHaveLength(1);
  });

  it('the split is in order, and leaves May and June alone', () => {
    const parts = boundsOf(model.split);
    expect(new Date(parts.at(-1)!.until * 60_000).toISOString()).toBe('2001-05-01T00:00:00.000Z');
  });

  it('slices look at columns that exist', () => {
    for (const slice of Object.values(model.slices)) {
      if (slice.kind !== 'month') expect(features.features).toHaveProperty(slice.column);
    }
  });
});

describe('the model card', () => {
  interface Interval {
    value: number;
    low: number;
    high: number;
  }
  const measured = JSON.parse(
    readFileSync(new URL('../../bench/results/train.json', import.meta.url), 'utf8'),
  ) as { rows: Record<string, number>; test: Record<string, Record<string, Interval>> };

  it.each(['network', 'logistic', 'constant'])('says of %s what npm run bench:train measured', (name) => {
    const { rocAuc, prAuc, logLoss, brier, ece } = measured.test[name]!;
    const cells = [rocAuc, prAuc, logLoss, brier, ece].map(
      (metric) => `${metric!.value.toFixed(4)} [${metric!.low.toFixed(4)}, ${metric!.high.toFixed(4)}]`,
    );
    expect(model.card).toContain(cells.join(' | '));
  });

  it('counts the rows that were trained and tested on', () => {
    for (const part of ['trained', 'validation', 'test']) {
      expect(model.card).toContain(measured.rows[part]!.toLocaleString('en-US'));
    }
  });
});

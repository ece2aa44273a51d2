import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Capacity, capacityFor, costsOf, instancesWithin, loadOf } from './capacity.ts';
import { productionDeployment } from './deployment.ts';
import { loadNamed, readMeasurements } from './measurements.ts';
import { tablesOf, withTables } from './tables.ts';
import { bytes, duration, exact, percent } from './units.ts';

const measured = readMeasurements();
const deployment = productionDeployment();
const costs = costsOf(measured);
const text = readFileSync(join(repositoryRoot, 'docs/scaling.md'), 'utf8');
const oneTrainerLess = () =>
  capacityFor(loadOf(measured, 1), costs, { ...deployment, trainers: deployment.trainers - 1 });
const capacityAt = (times: number) => capacityFor(loadOf(measured, times), costs, deployment);

it('a load that no benchmark has is refused', () => {
  expect(() => loadNamed(measured.serving.scenarios, '/v3, 1 row')).toThrow(/no load named "\/v3, 1 row"/);
});

it('a table without a place in the text is refused', () => {
  expect(() => withTables('# Scaling', { model: '' })).toThrow(/no place for the table "model"/);
});

describe('docs/scaling.md', () => {
  it('has the tables that the committed results and manifests make: `npm run scaling -w @flightdeck/k8s` writes them', () => {
    expect(text).toBe(withTables(text, tablesOf(measured, deployment)));
  });

  it('names commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
      scripts: object;
    };
    const named = [...text.matchAll(/`npm run (bench:[\w-]+)`/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    for (const [, path] of text.matchAll(/`node ([\w/.-]+)`/g))
      expect([path, existsSync(join(repositoryRoot, path!))]).toEqual([path, true]);
  });
});

describe('the model', () => {
  const needs: readonly (keyof Capacity)[] = [
    'servingCores',
    'instances',
    'instanceBytes',
    'postgresConnections',
    'logBytesADay',
    'reportSeconds',
    'joinSeconds',
    'trainingSeconds',
    'trainingBytes',
  ];

  it('never needs less for more, and keeps the log no longer', () => {
    const times = fc.double({ min: 0.1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(times, fc.double({ min: 1, max: 100, noNaN: true }), (less, factor) => {
        const [small, large] = [capacityAt(less), capacityAt(less * factor)];
        for (const need of needs) expect(Number(large[need])).toBeGreaterThanOrEqual(Number(small[need]));
        expect(large.logDays).toBeLessThanOrEqual(small.logDays);
      }),
    );
  });

  it('never leaves instances busier than the scaler lets them be, nor starts one that is not needed', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), (times) => {
        const { instances, servingCores } = capacityAt(times);
        const most = (count: number) => count * deployment.cores * deployment.utilisation;
        expect(servingCores).toBeLessThanOrEqual(most(instances));
        if (instances > deployment.fewest) expect(servingCores).toBeGreaterThan(most(instances - 1));
      }),
    );
  });

  it('adds up a load of one each a second', () => {
    const second = { mean: 1, peak: 1 };
    const load = { times: 1, predictions: second, events: second, labels: second, trainingRows: 10 };
    const cheap = { ...costs, prediction: 100, event: 200, label: 300, logBytes: 10, read: 1e-6, join: 2e-6 };
    const small = { ...deployment, logBytes: 864_000 * 5, logDays: 90, trainers: 1, workers: 2, fewest: 1 };
    expect(capacityFor(load, { ...cheap, report: { start: 1, each: 1e-5 } }, small)).toMatchObject({
      servingCores: expect.closeTo(600e-6),
      instances: 1,
      // A pool of 4 and a listener in each of 2 workers, a trainer and the controller.
      postgresConnections: 20,
      logBytesADay: 864_000,
      logDays: 5,
      readSeconds: expect.closeTo(0.432),
      reportSeconds: expect.closeTo(1.864),
      joinSeconds: expect.closeTo(0.1728),
    });
  });

  it('knows how many connections a process opens to PostgreSQL', () => {
    const dialect = readFileSync(join(repositoryRoot, 'packages/registry/src/postgres-dialect.ts'), 'utf8');
    const [, pool] = /^const maximumConnections = (\d+);$/m.exec(dialect)!;
    const perProcess = capacityAt(1).postgresConnections - oneTrainerLess().postgresConnections;
    expect(perProcess).toBe(Number(pool) + 1);
  });

  it('says how many instances the connections of a server are enough for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 5_000 }), (connections) => {
        const count = instancesWithin(connections, deployment);
        const needed = (instances: number) => 5 * (instances * deployment.workers + deployment.trainers + 1);
        expect(needed(count)).toBeLessThanOrEqual(connections);
        expect(needed(count + 1)).toBeGreaterThan(connections);
      }),
    );
  });
});

it('numbers are written with the unit that suits them', () => {
  expect([bytes(999), bytes(1_234), bytes(2.88e9), bytes(5e15)]).toEqual([
    '1,000 bytes',
    '1.2 kB',
    '2.9 GB',
    '5,000 TB',
  ]);
  expect([duration(0.16), duration(119), duration(1_172), duration(11_600), duration(1.2e6)]).toEqual([
    '0.16 s',
    '120 s',
    '20 min',
    '3.2 h',
    '14 days',
  ]);
  expect([exact(12.449), exact(13_227.7), percent(0.0004), percent(0.364)]).toEqual([
    '12.4',
    '13,228',
    'below 0.1 %',
    '36 %',
  ]);
});

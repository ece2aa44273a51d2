import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { brokenTargets, compareRatios, type Night, ratiosOf } from './benchmark-ratios.ts';

const repository = join(import.meta.dirname, '../../..');
const ratio = (name: string, value: number) => ({ name, value });
const night = (value: number): Night => ({
  at: '2026-01-01T00:00:00Z',
  commit: 'c',
  ratios: { 'a: x': value },
});

describe('a ratio', () => {
  const judged = (name: string, before: number, now: number, history: readonly Night[] = []) =>
    compareRatios([ratio(name, before)], [ratio(name, now)], history)[0]!;

  it('that is no longer measured is an error', () => {
    expect(() => compareRatios([ratio('a: x', 1)], [], [])).toThrow(/a: x is committed/);
  });

  it('is a regression from more than a quarter worse on', () => {
    expect(judged('a: x', 0.8, 0.59).isRegression).toBe(true);
    expect(judged('a: x', 0.8, 0.61).isRegression).toBe(false);
    expect(judged('a: x', 0.8, 5)).toMatchObject({ isRegression: false, worse: expect.closeTo(-5.25) });
  });

  it('over a floor is worse when it grows', () => {
    expect(judged('features: totalToFloor', 80, 101).isRegression).toBe(true);
    expect(judged('features: totalToFloor', 80, 50).isRegression).toBe(false);
  });

  it('is held against earlier nights too, once there are five', () => {
    const nights = [1, 1, 9, 1, 1].map(night);
    expect(judged('a: x', 0.8, 0.7, nights)).toMatchObject({ usual: 1, isRegression: true });
    expect(judged('a: x', 0.8, 0.7, nights.slice(1))).toMatchObject({ usual: null, isRegression: false });
    const recovered = [...nights, ...Array.from({ length: 10 }, () => night(0.7))];
    expect(judged('a: x', 0.8, 0.7, recovered)).toMatchObject({ usual: 0.7, isRegression: false });
  });
});

it('the committed results have ratios, no target of them is missed, and none is a regression of itself', () => {
  const names = ['serving', 'overload', 'features-online', 'features', 'windows'];
  const results = names.map((name) =>
    JSON.parse(readFileSync(join(repository, `bench/results/${name}.json`), 'utf8')),
  );
  for (const result of results) expect(ratiosOf(result).length).toBeGreaterThan(0);
  const ratios = results.flatMap(ratiosOf);
  expect(ratios.every(({ value }) => value > 0)).toBe(true);
  expect(compareRatios(ratios, ratios, []).every(({ worse }) => worse === 0)).toBe(true);
});

it('a target that is missed is named', () => {
  expect(brokenTargets({ name: 'soak', targets: { noRequestFailed: false, memoryIsBounded: true } })).toEqual(
    ['soak: noRequestFailed'],
  );
});

describe('the command', () => {
  function repositoryWith(value: number): string {
    const folder = mkdtempSync(join(tmpdir(), 'flightdeck-bench-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const git = (...words: string[]) => execFileSync('git', ['-C', folder, ...words], { stdio: 'ignore' });
    const write = (number: number) =>
      writeFileSync(
        join(folder, 'bench/results/toy.json'),
        JSON.stringify({ name: 'toy', ratios: { x: number } }),
      );
    mkdirSync(join(folder, 'bench/results'), { recursive: true });
    git('init', '-q');
    write(1);
    git('add', '-A');
    git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '-qm', 'first');
    write(value);
    return folder;
  }
  const run = (folder: string) =>
    spawnSync(
      process.execPath,
      [join(repository, 'tools/workflows/check-benchmarks.ts'), '--history', 'history.ndjson', 'toy'],
      { cwd: folder, encoding: 'utf8' },
    );

  it('fails on a regression and says which', () => {
    const { status, stdout } = run(repositoryWith(0.5));
    expect(status).toBe(1);
    expect(stdout).toContain('| toy: x | 1.000 | - | 0.500 | **50 % worse** |');
  });

  it('passes where there is none, and keeps every night', () => {
    const folder = repositoryWith(0.9);
    for (let nights = 0; nights < 6; nights++) expect(run(folder).status).toBe(0);
    expect(run(folder).stdout).toContain('| toy: x | 1.000 | 0.900 | 0.900 | 10 % worse |');
    const lines = readFileSync(join(folder, 'history.ndjson'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toHaveLength(7);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      ratios: { 'toy: x': 0.9 },
    });
  });
});

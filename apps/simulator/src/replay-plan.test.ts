import { describe, expect, it } from 'vitest';
import { parsePlan } from './replay-plan.ts';

const plan = { model: 'toy', url: 'http://127.0.0.1:8080', from: '2001-05-01', to: '2001-05-02' };
const parse = (changes: object) => parsePlan(JSON.stringify({ ...plan, ...changes }));

describe('a plan is refused', () => {
  it('that is no JSON', () => {
    expect(() => parsePlan('{')).toThrow('SIMULATOR_PLAN is not valid JSON');
  });

  it.each([
    [{ url: 'localhost' }, /url/],
    [{ url: 'ftp://host' }, /url/],
    [{ from: 'yesterday' }, /from: must be a day or a moment/],
    [{ from: '2001-05-01T06:00' }, /with its zone/],
    [{ to: '2001-13-01' }, /to: must be a day/],
    [{ to: '2001-05-01' }, /to: must be after from/],
    [{ share: 0 }, /share/],
    [{ loop: 'open' }, /speed: must be above 0 in an open loop/],
    [{ sped: 3 }, /sped/],
    [
      { scenarios: [{ name: 'null-burst', from: '2001-05-01T02:00Z', to: '2001-05-01T01:00Z' }] },
      /end after/,
    ],
    [{ scenarios: [{ name: 'null-burst', from: '2001-04-01', to: '2001-05-02' }] }, /not begin before from/],
    [{ proxy: { target: 'localhost' } }, /proxy\.target/],
  ])('with %j', (changes, problem) => {
    expect(() => parse(changes)).toThrow(problem);
  });
});

it('a plan takes days and moments, in any zone, as minutes', () => {
  expect(parse({})).toMatchObject({
    from: Date.parse('2001-05-01T00:00Z') / 60_000,
    speed: 0,
    loop: 'closed',
  });
  expect(parse({ from: '2001-04-30T23:30:00-02:00' }).from).toBe(Date.parse('2001-05-01T01:30Z') / 60_000);
});

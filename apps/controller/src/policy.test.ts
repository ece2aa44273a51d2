import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { weeklyPolicy } from '@flightdeck/monitoring';
import { describe, expect, it } from 'vitest';
import { longestWindow, readPolicy } from './policy.ts';
import { freshHome, model } from './traffic.fixture.ts';

const declared = async (text: string) => {
  const home = await freshHome();
  await mkdir(join(home, 'policies'));
  await writeFile(join(home, 'policies', `${model}.json`), text);
  return readPolicy(home, model);
};

describe('a policy file', () => {
  it.each([
    ['no JSON', '{', /toy\.json is wrong: it is not valid JSON/],
    ['a field that nobody knows', '{ "retrainning": {} }', /retrainning/],
    ['half a rollout', '{ "rollout": { "canary": [] } }', /rollout\.canary: .*rollout\.service: /],
    [
      'two windows of one length',
      '{ "windows": [{ "lengthMinutes": 60 }, { "lengthMinutes": 60 }] }',
      /windows: has two/,
    ],
    ['no window', '{ "windows": [] }', /windows: /],
    ['steps that do not fit', '{ "windows": [{ "lengthMinutes": 60, "stepMinutes": 45 }] }', /whole steps/],
    [
      'a threshold that is a text',
      '{ "windows": [{ "lengthMinutes": 60, "alarms": { "minimum": { "rows": "many" } } }] }',
      /rows/,
    ],
  ])('with %s is refused, by its name and the field', async (_, text, words) => {
    await expect(declared(text)).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringMatching(words),
    });
  });

  it('that is not there leaves the defaults: days and weeks, careful rollouts, no schedule', async () => {
    const policy = await readPolicy(await freshHome(), model);
    expect(policy.windows.map(({ lengthMinutes }) => lengthMinutes)).toEqual([1_440, 10_080]);
    expect(longestWindow(policy).alarms.blockMinutes).toBe(1_440);
    expect(policy.rollout.canary.map(({ share }) => share)).toEqual([0.05, 0.25]);
    expect(policy.retraining.everyMinutes).toBeNull();
  });

  it("that is not there leaves what is declared in the model's own folder", async () => {
    const { windows } = await readPolicy(await freshHome(), 'flight-delay');
    expect(windows.map(({ alarms }) => alarms.drift.unwatched)).toEqual([['weekday'], ['weekday']]);
    expect(windows[1]!.alarms).toEqual({ ...weeklyPolicy, drift: windows[1]!.alarms.drift });
  });

  it("takes the place of the whole of the model's own", async () => {
    const home = await freshHome();
    await mkdir(join(home, 'policies'));
    await writeFile(join(home, 'policies', 'flight-delay.json'), '{ "latenessMinutes": 1 }');
    const { windows } = await readPolicy(home, 'flight-delay');
    expect(windows[0]!.alarms.drift.unwatched).toEqual([]);
  });

  it('takes the place of the sections that it has', async () => {
    const policy = await declared(
      '{ "latenessMinutes": 1, "windows": [{ "lengthMinutes": 60, "alarms": { "drift": { "stabilityIndex": 0.5 } } }] }',
    );
    expect(policy.latenessMinutes).toBe(1);
    expect(policy.windows).toMatchObject([
      { lengthMinutes: 60, stepMinutes: 60, alarms: { drift: { stabilityIndex: 0.5 }, blockMinutes: 60 } },
    ]);
    expect(policy.rollout).toEqual((await readPolicy(await freshHome(), model)).rollout);
  });
});

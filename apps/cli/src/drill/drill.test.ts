// Whole drills: a real champion, broker, server, controller and simulator. Training and drilling take a minute, and several where the machine is busy.

import { readdir } from 'node:fs/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder, testCli } from '../context.fixture.ts';
import type { DrillOutcome } from './outcome.ts';

it('a field that callers stop sending and a bad candidate are both found, and leave nothing behind', async () => {
  const cli = await testCli({ PATH: process.env.PATH });
  const folder = await temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const trained = await cli.run('train', '--rows', '20000');
  expect(trained.errors).not.toMatch(/^error/m);
  expect(trained.exitCode).toBe(0);

  const drilled = async (scenario: string): Promise<DrillOutcome> => {
    const { run } = await testCli({ PATH: process.env.PATH, FLIGHTDECK_HOME: cli.home });
    const { exitCode, output, errors } = await run('drill', scenario, '--no-warm', '--json');
    expect(errors).not.toMatch(/^error/m);
    expect(exitCode).toBe(0);
    return JSON.parse(output);
  };
  // Two kits side by side do not mind each other.
  const [missing, bad] = await Promise.all(['missing-field', 'bad-model'].map(drilled));
  expect(missing).toMatchObject({ expects: 'missing:distance', passed: true, falseAlarms: 0 });
  expect(missing!.detected!.message).toMatch(/^Missing values of distance: 100\.0 %/);
  expect(missing!.detected!.afterMinutes).toBeGreaterThanOrEqual(60); // the window has to end first
  expect(missing!.recovered!.message).toMatch(/^Missing values of distance: 0\.0 %/);

  expect(bad).toMatchObject({ expects: 'rollout:flight-delay', passed: true });
  expect(bad!.detected!.message).toMatch(/^shadow of 100 % failed on shadow:disagreement/);
  expect(bad!.replay.total.refused).toBe(0);

  const versions = JSON.parse((await cli.run('models', 'show', 'flight-delay', '--json')).output).versions;
  expect(versions).toHaveLength(1); // the bad one never came near the user's registry
  expect((await readdir(folder)).filter((name) => name.includes('drill'))).toEqual([]);
}, 600_000);

// registry copy, through the command line: from a state directory to PostgreSQL with a volume, and back.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '@flightdeck/queue';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillRegistry, type TestCli, temporaryFolder, testCli } from '../context.fixture.ts';
import { tryKitLock } from '../kit/kit-lock.ts';

async function filledCli(): Promise<TestCli> {
  const cli = await testCli();
  await fillRegistry(cli);
  return cli;
}

describe('a copy that is refused', () => {
  it('has to be told where to', async () => {
    const { exitCode, errors } = await (await filledCli()).run('registry', 'copy');
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/^error USAGE: Where to\?/);
  });

  it('would go to where the registry is', async () => {
    const cli = await filledCli();
    const { exitCode, errors } = await cli.run('registry', 'copy', '--to-home', cli.home);
    expect({ exitCode, errors }).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('error COPY_TO_ITSELF: '),
    });
  });

  it('would miss what a kit that is up writes meanwhile', async () => {
    const cli = await filledCli();
    const lock = tryKitLock(cli.home);
    const { errors } = await cli.run('registry', 'copy', '--to-home', await temporaryFolder());
    expect(errors).toContain('error KIT_ALREADY_UP: ');
    lock?.release();
  });

  it('does not print the password of a database that does not answer', async () => {
    const url = 'postgres://me:s3cret@127.0.0.1:1/models';
    const { errors, output } = await (await filledCli()).run('registry', 'copy', '--to-database', url);
    expect(errors).toContain('error REGISTRY_UNREACHABLE: ');
    expect(errors + output).not.toContain('s3cret');
  });
});

it('goes to PostgreSQL and a volume, is used there, and comes back', { timeout: 60_000 }, async () => {
  const here = await filledCli();
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'postgres'));
  const postgres = await startBroker({ home: join(folder, 'postgres'), kind: 'embedded-postgres' });
  onTestFinished(async () => {
    await postgres.stop();
    const [, placeForRoot] = /data in (\/var\/tmp\/flightdeck-[0-9a-f]+)/.exec(postgres.description) ?? [];
    if (placeForRoot) await rm(placeForRoot, { recursive: true });
  });
  const volume = join(folder, 'volume');
  const to = ['--to-database', postgres.url, '--to-artifacts', volume];
  const { output, exitCode } = await here.run('registry', 'copy', ...to);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/now holds the same: 3 runs, 4 run metrics, 2 versions, 2 alias transitions/);
  expect(output).toMatch(/has all 5 files \(5 new\), each read back/);
  expect(output).not.toContain(new URL(postgres.url).password);

  const there = await testCli({ DATABASE_URL: postgres.url, ARTIFACTS_URL: volume });
  expect(await there.run('models')).toEqual(await here.run('models'));
  await there.run('models', 'rollback', 'toy', '--reason', 'it was better');

  const back = await testCli();
  const returned = await there.run('registry', 'copy', '--to-home', back.home, '--json');
  expect(JSON.parse(returned.output)).toMatchObject({ blobs: { all: 5, copied: 5 } });
  expect((await back.run('models', 'show', 'toy')).output).toContain('it was better');
});

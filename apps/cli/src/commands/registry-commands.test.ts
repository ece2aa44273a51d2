// runs and models, through the command line and a real registry.

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillRegistry, type TestCli, temporaryFolder, testCli } from '../context.fixture.ts';

async function filledCli(): Promise<TestCli> {
  const cli = await testCli();
  await fillRegistry(cli);
  return cli;
}

describe('what is refused', () => {
  it.each([
    [['models', 'show', 'nope'], 'MODEL_NOT_FOUND'],
    [['models', 'show', 'toy@7'], 'VERSION_NOT_FOUND'],
    [['models', 'show', 'toy@challenger'], 'ALIAS_NOT_SET'],
    [['models', 'promote', 'toy', '7', '--reason', 'why not'], 'VERSION_NOT_FOUND'],
    [['models', 'promote', 'toy', '1', '--alias', '3', '--reason', 'why not'], 'ALIAS_NAME_INVALID'],
    [['models', 'promote', 'toy', '1', '--reason', ' '], 'REASON_MISSING'],
    [['models', 'rollback', 'toy', '--alias', 'challenger', '--reason', 'why not'], 'ALIAS_NOT_SET'],
    [['models', 'gc', '--model', 'nope'], 'MODEL_NOT_FOUND'],
    [['models', 'export', 'nope', 'folder'], 'MODEL_NOT_FOUND'],
    [['runs', 'show', 'run-9'], 'RUN_NOT_FOUND'],
  ])('%j fails with %s and exit code 1', async (words, code) => {
    const { exitCode, output, errors } = await (await filledCli()).run(...words);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
    expect(errors).toMatch(new RegExp(`^error ${code}: .+\\n$`));
  });

  it.each([
    [['models', 'promote', 'toy', '1'], /--reason/],
    [['models', 'rollback', 'toy'], /--reason/],
    [['models', 'show'], /name\[@reference\]/],
    [['models', 'show', 'toy@'], /NAME@champion/],
    [['models', 'gc', '--keep', '-1'], /whole number, 0 or more/],
    [['runs', 'list', '--limit', 'many'], /whole number, 1 or more/],
    [['models', 'fly'], /unknown command|too many arguments/],
  ])('%j is a usage error, exit code 2', async (words, message) => {
    const { exitCode, errors } = await (await filledCli()).run(...words);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/^error USAGE: /);
    expect(errors).toMatch(message);
  });

  it('is told as JSON where JSON was asked for', async () => {
    const { errors } = await (await testCli()).run('models', 'show', 'nope', '--json');
    const { error } = JSON.parse(errors);
    expect(error.code).toBe('MODEL_NOT_FOUND');
    expect(error.message).toContain('flightdeck train');
  });

  it('a state directory that cannot be made, with its remedy', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const { exitCode, errors } = await (await testCli({ FLIGHTDECK_HOME: join(file, 'home') })).run('runs');
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^error STATE_NOT_WRITABLE: .*FLIGHTDECK_HOME/);
  });

  it('an export into a folder that has something in it', async () => {
    const folder = join(await temporaryFolder(), 'taken');
    await mkdir(folder);
    await writeFile(join(folder, 'mine.txt'), '');
    const { errors } = await (await filledCli()).run('models', 'export', 'toy', folder);
    expect(errors).toMatch(/^error EXPORT_FOLDER_TAKEN/);
    expect(await readdir(folder)).toEqual(['mine.txt']);
  });
});

describe('an empty registry', () => {
  it.each([[['runs']], [['models']]])('%j says how to fill it', async (words) => {
    const { exitCode, output } = await (await testCli()).run(...words);
    expect(exitCode).toBe(0);
    expect(output).toContain('npx flightdeck train');
  });

  it('is an empty list as JSON', async () => {
    const cli = await testCli();
    expect((await cli.run('runs', '--json')).output).toBe('[]\n');
    expect((await cli.run('models', '--json')).output).toBe('[]\n');
  });
});

describe('runs', () => {
  it('are listed with their versions and their failures', async () => {
    const { output } = await (await filledCli()).run('runs');
    const [, , ...lines] = output.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines.find((line) => line.startsWith('run-2'))).toMatch(
      /toy +finished .* all +0\.7200 +0\.3000 +v2$/,
    );
    expect(lines.find((line) => line.startsWith('run-3'))).toMatch(/toy +failed .* 500 +- +- +-$/);
  });

  it('are listed up to a limit, by model, as JSON', async () => {
    const cli = await filledCli();
    expect(JSON.parse((await cli.run('runs', '--limit', '2', '--json')).output)).toHaveLength(2);
    expect(JSON.parse((await cli.run('runs', '--model', 'other', '--json')).output)).toEqual([]);
  });

  it('are shown with lineage and loss per epoch', async () => {
    const { output } = await (await filledCli()).run('runs', 'show', 'run-2');
    expect(output).toMatch(/backend +wasm/);
    expect(output).toMatch(/commit +unknown/);
    expect(output).toMatch(/epoch +trainingLoss +validationLoss\n.*\n +1 +0\.5000 +0\.5000/);
  });

  it('that failed are shown with their reason', async () => {
    const { output } = await (await filledCli()).run('runs', 'show', 'run-3');
    expect(output).toMatch(/error +DISK_FULL: No space left\./);
  });
});

describe('models', () => {
  it('are shown at the champion unless another version is named', async () => {
    const cli = await filledCli();
    expect((await cli.run('models', 'show', 'toy')).output).toMatch(/^toy v2 \(champion\)\n/);
    expect((await cli.run('models', 'show', 'toy@v1')).output).toMatch(/^toy v1\n/);
  });

  it('are shown with gate, files and every move', async () => {
    const { output } = await (await filledCli()).run('models', 'show', 'toy');
    expect(output).toContain('Gate: pass\n  - It is better.');
    expect(output).toMatch(/golden\.json +\d+ B, sha256 [0-9a-f]{12}/);
    expect(output).toMatch(/champion +- +v1 +ada +it is better/);
    expect(output).toMatch(/champion +v1 +v2 +ada +it is better/);
  });

  it('are rolled back and promoted, with who and why in the log', async () => {
    const cli = await filledCli();
    const back = await cli.run('models', 'rollback', 'toy', '--reason', 'false alarms', '--json');
    expect(JSON.parse(back.output)).toMatchObject({ from: 2, to: 1, reason: 'false alarms' });
    expect(JSON.parse(back.output).actor).not.toBe('');
    const again = await cli.run('models', 'promote', 'toy', 'latest', '--reason', 'mended');
    expect(again.output).toMatch(/^champion of toy is at v2, before at v1\. Moved by .+: mended\n$/);
    expect((await cli.run('models', 'show', 'toy')).output).toContain('v1 (rollback)');
  });

  it('are exported whole, by reference', async () => {
    const folder = join(await temporaryFolder(), 'exported');
    const { output } = await (await filledCli()).run('models', 'export', 'toy@1', folder, '--json');
    expect(JSON.parse(output)).toMatchObject({ model: 'toy', version: 1, folder });
    expect((await readdir(folder)).sort()).toEqual(['MODEL_CARD.md', 'golden.json']);
  });

  it('lose only versions that nothing needs, and none in a dry run', async () => {
    const cli = await filledCli();
    const dry = await cli.run('models', 'gc', '--keep', '0', '--dry-run');
    expect(dry.output).toBe('There is nothing to delete.\n'); // 2 is the champion, 1 is what a rollback brings back
    expect(JSON.parse((await cli.run('models', '--json')).output)).toMatchObject([{ versions: 2 }]);
  });
});

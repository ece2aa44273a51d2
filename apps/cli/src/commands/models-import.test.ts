// models import, through the command line, a real registry and ONNX Runtime.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addModel, lookupModel } from '@flightdeck/onnx/fixtures';
import { describe, expect, it } from 'vitest';
import { type TestCli, testCli } from '../context.fixture.ts';

/** A file in the test's state directory. */
async function written({ home }: TestCli, name: string, content: Uint8Array | string): Promise<string> {
  const path = join(home, name);
  await writeFile(path, content);
  return path;
}

const goldenRow = { inputs: { a: [1, 2, 3], b: [1, 1, 1] }, outputs: { sum: [2, 3, 4] } };

describe('what is refused', () => {
  it('a file that is not there, or is a folder, with exit code 2', async () => {
    const cli = await testCli();
    await mkdir(join(cli.home, 'folder'));
    for (const file of ['nothing.onnx', 'folder']) {
      const { exitCode, errors } = await cli.run('models', 'import', join(cli.home, file), '--name', 'toy');
      expect(exitCode).toBe(2);
      expect(errors).toMatch(
        /^error USAGE: Cannot read .*\/(nothing\.onnx|folder): .+ Name an ONNX file\.\n$/,
      );
    }
  });

  it('a file that is no model, with exit code 1, as JSON where that was asked for', async () => {
    const cli = await testCli();
    const empty = await written(cli, 'empty.onnx', '');
    const { exitCode, output, errors } = await cli.run('models', 'import', empty, '--name', 'toy', '--json');
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
    expect(JSON.parse(errors).error.code).toBe('ONNX_CORRUPT');
    expect((await cli.run('models', '--json')).output).toBe('[]\n');
  });

  it.each([
    [[], /--name/],
    [['--name', 'toy', '--promote'], /--promote replaces the champion: say why with --reason/],
    [['--name', 'toy', '--golden', '/no/such/rows.json'], /Cannot read \/no\/such\/rows\.json/],
    [['--name', 'toy', '--golden', join(import.meta.dirname, 'models.ts')], /models\.ts is not valid JSON/],
  ])('%j is a usage error', async (options, message) => {
    const cli = await testCli();
    const file = await written(cli, 'add.onnx', addModel());
    const { exitCode, errors } = await cli.run('models', 'import', file, ...options);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(message);
  });

  it('golden rows whose answers the model does not give', async () => {
    const cli = await testCli();
    const file = await written(cli, 'add.onnx', addModel());
    const rows = await written(
      cli,
      'rows.json',
      JSON.stringify([{ ...goldenRow, outputs: { sum: [2, 3, 5] } }]),
    );
    const { exitCode, errors } = await cli.run('models', 'import', file, '--name', 'toy', '--golden', rows);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^error GOLDEN_ROW_FAILED: Golden row 0: output "sum" is \[2,3,4\] here/);
  });
});

describe('an imported model', () => {
  it('is described: what it takes and gives, what was verified, and what to type next', async () => {
    const cli = await testCli();
    const file = await written(cli, 'add.onnx', addModel());
    const rows = await written(cli, 'rows.json', JSON.stringify([goldenRow]));
    const { exitCode, output } = await cli.run('models', 'import', file, '--name', 'toy', '--golden', rows);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^toy v1 is registered\. It is the champion/);
    expect(output).toMatch(/Inputs +a +float32 \[batch, 3\]\n +b +float32 \[batch, 3\]\n/);
    expect(output).toMatch(/Verified +1 row, .*\n +1 came with answers: the largest difference is 0\n/);
    expect(output).toContain('npx flightdeck predict toy\n');
    expect(output).toContain(
      `/v1/models/toy/predict -H 'content-type: application/json' -d '{"instance":{"a":[1,2,3],"b":[1,1,1]}}'`,
    );
    expect(output).toContain('"shape":[1,3],"datatype":"FP32","data":[1,2,3]');
    expect(output).toContain(
      `/invocations -H 'content-type: application/json' -d '{"inputs":{"a":[[1,2,3]],"b":[[1,1,1]]}}'`,
    );
  });

  it('leaves the champion alone unless it is told to replace it', async () => {
    const cli = await testCli();
    const add = await written(cli, 'add.onnx', addModel());
    const lookup = await written(cli, 'lookup.onnx', lookupModel());
    await cli.run('models', 'import', add, '--name', 'toy');
    const second = await cli.run('models', 'import', lookup, '--name', 'toy');
    expect(second.output).toMatch(/^toy v2 is registered\. The champion is still v1\.\n/);
    expect(second.output).toContain('npx flightdeck models promote toy 2 --reason');
    const words = ['models', 'import', lookup, '--name', 'toy', '--promote', '--reason', 'it is newer'];
    expect((await cli.run(...words)).output).toMatch(/^This is toy v2, imported before\. It is the champion/);
    expect((await cli.run('models', 'show', 'toy')).output).toMatch(/champion +v1 +v2 +.+ +it is newer/);
  });

  it('can be left without a champion, and so unserved', async () => {
    const cli = await testCli();
    const file = await written(cli, 'add.onnx', addModel());
    const { output } = await cli.run('models', 'import', file, '--name', 'toy', '--no-promote');
    expect(output).toMatch(/^toy v1 is registered\. The model has no champion, so it is not served\.\n/);
  });

  it('is told as JSON', async () => {
    const cli = await testCli();
    const file = await written(cli, 'add.onnx', addModel());
    const { output } = await cli.run('models', 'import', file, '--name', 'toy', '--json');
    expect(JSON.parse(output)).toMatchObject({
      version: { model: 'toy', version: 1 },
      isNew: true,
      champion: 1,
      signature: { kind: 'tensors' },
      compared: null,
      goldenRows: 2,
    });
    expect(output).not.toContain(cli.home);
  });

  it('is listed and shown like any other, without metrics that it does not have', async () => {
    const cli = await testCli();
    const file = await written(cli, 'add.onnx', addModel());
    await cli.run('models', 'import', file, '--name', 'toy');
    expect((await cli.run('models')).output).toMatch(/toy +1 +v1 +champion v1/);
    const { output } = await cli.run('models', 'show', 'toy');
    expect(output).toContain('Gate: inconclusive\n  - imported: no gate has judged it');
    expect(output).toContain('imported from add.onnx');
    expect(output).not.toContain('Metrics');
    expect((await cli.run('runs')).output).toMatch(/import-[0-9a-f]{16} +toy +finished/);
  });
});

// The real process: exit codes, and what it says on which stream.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Ran, temporaryFolder, testCli } from './context.fixture.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs the file itself, as npx does: its first line must find Node, and it must be executable. */
async function flightdeck(words: string[], variables: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const env = { PATH: process.env.PATH, FLIGHTDECK_HOME: await temporaryFolder(), ...variables };
  return new Promise((resolve) => {
    execFile(main, words, { env }, (error, output, errors) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), output, errors });
    });
  });
}

describe('exit codes', () => {
  it('1 and one line without a stack trace for what failed', async () => {
    const { exitCode, output, errors } = await flightdeck(['models', 'show', 'nope']);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
    expect(errors).toMatch(/^error MODEL_NOT_FOUND: [^\n]+\n$/);
  });

  it('1 and a stack trace with DEBUG', async () => {
    const { exitCode, errors } = await flightdeck(['models', 'show', 'nope'], { DEBUG: '1' });
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/\n +at .+versions\.ts/);
  });

  it.each([[['fly']], [['models', '--fast']], [['demo', '--rows', '999']], [['train', '--rows', 'some']]])(
    '2 for %j',
    async (words) => {
      const { exitCode, output, errors } = await flightdeck(words);
      expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
      expect(errors).toMatch(/^error USAGE: [^\n]+--help`\.\n$/);
    },
  );

  it('2 with the list of commands where none is named', async () => {
    const { exitCode, errors } = await flightdeck([]);
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/Commands:[\s\S]+predict/);
  });

  it('2 for a wrong environment, naming the variable', async () => {
    const { exitCode, errors } = await flightdeck(['runs'], { SERVING_PORT: 'http' });
    expect(exitCode).toBe(2);
    expect(errors).toMatch(/^error ENV_INVALID: .*SERVING_PORT/);
  });

  it('0 for help, which has an example for each command', async () => {
    const cli = await testCli();
    for (const words of [
      ['up'],
      ['demo'],
      ['train'],
      ['runs'],
      ['runs', 'list'],
      ['runs', 'show'],
      ['models', 'list'],
      ['models', 'show'],
      ['models', 'promote'],
      ['models', 'rollback'],
      ['models', 'gc'],
      ['models', 'export'],
      ['predict'],
      ['data', 'validate'],
    ]) {
      const { exitCode, output } = await cli.run(...words, '--help');
      expect(exitCode).toBe(0);
      expect(output).toMatch(/Examples?:\n {2}\$ npx flightdeck /);
    }
  });
});

it('refuses a model and a dataset that do not exist before it starts anything', async () => {
  const train = await flightdeck(['train', '--model', 'nope', '--json']);
  expect(train.exitCode).toBe(1);
  expect(JSON.parse(train.errors).error.code).toBe('MODEL_UNKNOWN');
  const validate = await flightdeck(['data', 'validate', 'nope']);
  expect(validate.errors).toMatch(/^error DATASET_UNKNOWN/);
});

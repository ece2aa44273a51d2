// Docker compose as this machine has it: version 2, or the docker-compose of Debian; with public images, or with stand-ins for them.

import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { FlightdeckError, repositoryRoot } from '@flightdeck/core';

export interface Engine {
  /** Runs `compose WORDS` for the project of the test and returns what it prints. Throws with the end of it. */
  compose(...words: string[]): Promise<string>;
  docker(...words: string[]): Promise<string>;
}

const run = promisify(execFile);
const mostOutput = 64 * 1024 * 1024;

/** ENGINE_NOT_FOUND where there is no engine, or no compose. */
export async function openEngine(project: string, variables: NodeJS.ProcessEnv): Promise<Engine> {
  const env = { ...process.env, ...variables };
  const words = await composeWords();
  const docker = async (...more: string[]) =>
    (await run('docker', more, { env, maxBuffer: mostOutput })).stdout.trim();
  return {
    docker,
    compose: (...more) => told(words[0]!, [...words.slice(1), '-p', project, ...more], env),
  };
}

async function composeWords(): Promise<readonly string[]> {
  const answers = async (program: string, ...words: string[]) =>
    await run(program, words).then(
      () => true,
      () => false,
    );
  if (!(await answers('docker', 'info')))
    throw new FlightdeckError(
      'ENGINE_NOT_FOUND',
      'No Docker engine answers. Start one; on Debian without a registry of images, infra/docker/stand-in-images does.',
    );
  if (await answers('docker', 'compose', 'version')) return ['docker', 'compose'];
  if (await answers('docker-compose', 'version')) return ['docker-compose'];
  throw new FlightdeckError(
    'ENGINE_NOT_FOUND',
    'There is an engine, but no compose. Install docker compose.',
  );
}

function told(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: repositoryRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output.trim());
      else
        reject(
          new Error(`${program} ${words.join(' ')} ended with ${code}:\n${(errors + output).slice(-4000)}`),
        );
    });
  });
}

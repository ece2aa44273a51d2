// Triton's and KServe's own clients, unchanged, against a real socket. They are Python: FLIGHTDECK_PYTHON names one that has them.

import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { serveModels } from './open-inference.fixture.ts';

const python = process.env.FLIGHTDECK_PYTHON || 'python3';

function canImport(modules: string): boolean {
  try {
    execFileSync(python, ['-c', `import ${modules}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const clients = [
  { name: 'Triton', script: 'tritonclient-check.py', modules: 'tritonclient.http, ml_dtypes', checks: 12 },
  { name: 'KServe', script: 'kserve-check.py', modules: 'kserve', checks: 6 },
];

// Python imports a client in seconds, in more of them on a busy machine.
test.for(clients)("$name's client works unchanged", { timeout: 120_000 }, async (client, { skip }) => {
  const { script, modules, checks } = client;
  if (!canImport(modules)) {
    const reason = `${python} cannot import ${modules}. ${script} says what to install.`;
    console.warn(`NOT TESTED with ${client.name}'s client: ${reason}`);
    skip(reason);
  }
  await using served = await serveModels();
  const url = await served.app.listen({ port: 0, host: '127.0.0.1' });
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, script), url]);
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(checks);
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { residentBytes, watchMemory } from './peak-memory.ts';

const linux = existsSync('/proc/self/status');

it('is not known where the system has no /proc', async () => {
  const known = (await watchMemory().stop()) !== null;
  expect(known).toBe(linux);
});

it.runIf(linux)(
  'counts a process, its children and their children (only where the system has /proc)',
  async () => {
    const grandchild =
      "const b = Buffer.alloc(150e6, 1); console.log('ready', b.length); setInterval(() => {}, 1e6)";
    const script = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' });
      process.on('SIGTERM', () => { child.kill('SIGKILL'); process.exit(); });`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGTERM'));
    await once(child.stdout, 'data');
    const own = process.memoryUsage().rss;
    expect(await residentBytes(process.pid)).toBeGreaterThan(own * 0.8 + 150e6);
    expect(await residentBytes(child.pid!)).toBeGreaterThan(150e6);
  },
);

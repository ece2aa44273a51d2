import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeModel } from './encode-model.ts';
import { scoringCase } from './random-graph.fixture.ts';
import { smallGraph } from './small-graph.fixture.ts';

const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('../check-model.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flightdeck-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

function check(bytes: Uint8Array): { code: number | null; output: string } {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, bytes);
  const { status, stdout, stderr } = spawnSync(python, [script, path], { encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

const installed = spawnSync(python, ['-c', 'import onnx']).status === 0;
if (!installed) {
  console.warn(
    '\nNOT CHECKED: exported models were not shown to the reference checker, because python3-onnx is missing.\n' +
      'Install it with: apt install python3-onnx\n',
  );
}

describe.skipIf(!installed)('the reference checker (python3-onnx)', () => {
  it('refuses a file that was cut short', () => {
    const { code, output } = check(encodeModel(smallGraph).subarray(0, 500));
    expect(output).toContain('is not valid');
    expect(code).toBe(1);
  });

  it('accepts an exported graph and reads the versions in it', () => {
    const { code, output } = check(encodeModel(smallGraph));
    expect(output).toContain('IR version 8, ai.onnx 17, ai.onnx.ml 3: valid');
    expect(code).toBe(0);
  });

  it('accepts graphs of other shapes', () => {
    for (const { graph } of fc.sample(scoringCase, { numRuns: 4, seed: 11 })) {
      expect(check(encodeModel(graph))).toMatchObject({ code: 0 });
    }
  }, 60_000);
});

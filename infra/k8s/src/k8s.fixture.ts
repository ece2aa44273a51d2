// Both overlays as they would be applied, from a copy of the manifests with secrets of its own.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
export const overlays = ['local', 'production'] as const;

export interface Copy {
  readonly folder: string;
  remove(): void;
}

/** A copy of infra/k8s in which the local secrets have been drawn. */
export function copyWithSecrets(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'flightdeck-k8s-'));
  for (const part of ['base', 'jobs', 'overlays']) {
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (source) => !source.endsWith('secrets'),
    });
  }
  execFileSync(process.execPath, [join(root, 'make-local-secrets.ts'), folder], { stdio: 'ignore' });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

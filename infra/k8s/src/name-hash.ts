// The suffix that kustomize gives a generated ConfigMap or Secret: a hash of what is in it, so that a change makes a new object and with
// it a rollout. Method: kubernetes-sigs/kustomize, api/internal/hasher.

import { createHash } from 'node:crypto';
import type { Resource } from './resource.ts';

const friendly: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

/** Ten letters and digits without vowels, so that no word comes of it. */
export function nameHash({ kind, type, data }: Resource): string {
  const sorted = Object.fromEntries(
    Object.entries(data as Record<string, string>).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  // It looks for the name in the wrong place and finds none, for ever: names in clusters must not change.
  const parts = { data: sorted, kind, name: '', ...(kind === 'Secret' && { type }) };
  const digest = createHash('sha256').update(asGoWrites(parts)).digest('hex');
  return [...digest.slice(0, 10)].map((digit) => friendly[digit] ?? digit).join('');
}

/** Go's JSON escapes what HTML would take for a tag. */
function asGoWrites(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&]/g,
    (sign) => `\\u00${sign.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

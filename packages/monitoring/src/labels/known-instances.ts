// Which instances have predictions of a model in the log: labels of others belong to another deployment, came before the log was
// written, or after it was deleted.

import { join } from 'node:path';
import type { Clock } from '@flightdeck/core';
import { listSegments } from '../records/segments.ts';

/** The log's folder is looked at again no sooner than this. */
const refreshMs = 1_000;

export function knownInstances(folder: string, clock: Clock): (model: string, token: string) => boolean {
  const models = new Map<string, { tokens: Set<string>; at: number }>();
  return (model, token) => {
    const known = models.get(model);
    if (known?.tokens.has(token)) return true;
    if (known && clock() < known.at + refreshMs) return false;
    const tokens = new Set(listSegments(join(folder, model)).map((segment) => segment.token));
    models.set(model, { tokens, at: clock() });
    return tokens.has(token);
  };
}

// How long a run took, or has been going on.

import type { RunHead } from '@flightdeck/admin-api';
import { describeDuration } from '../../parts/words.ts';

export function Took({ run: { startedAt, finishedAt } }: { readonly run: RunHead }) {
  const until = finishedAt === null ? Date.now() : Date.parse(finishedAt);
  const took = describeDuration(until - Date.parse(startedAt));
  return finishedAt === null ? `${took} so far` : took;
}

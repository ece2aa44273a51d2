// Rows in order of falling score: sorted once, then read by every metric that depends on ranks, in every resample.

import type { Scores } from './scored-rows.ts';

export interface Ranking {
  /** Row numbers by falling score; among equal scores by rising row number. */
  readonly rows: Uint32Array;
  /** Where each run of equal scores ends in `rows` (exclusive). A run is one step: no threshold can split it. */
  readonly stepEnds: Uint32Array;
}

export function rankByScore(scores: Scores): Ranking {
  const rows = Uint32Array.from(scores.keys());
  rows.sort((a, b) => scores[b]! - scores[a]! || a - b);
  return { rows, stepEnds: stepEnds(rows, scores) };
}

/**
 * One ranking for each of `groups` groups of rows, read off the ranking of all in one pass instead of sorting each.
 * `groupOf` holds the group number of each row.
 */
export function splitRanking(
  ranking: Ranking,
  scores: Scores,
  groupOf: Uint16Array,
  groups: number,
): Ranking[] {
  const sizes = new Uint32Array(groups);
  for (const row of ranking.rows) sizes[groupOf[row]!]!++;
  const members = Array.from(sizes, (size) => new Uint32Array(size));
  const filled = new Uint32Array(groups);
  for (const row of ranking.rows) {
    const group = groupOf[row]!;
    members[group]![filled[group]!++] = row;
  }
  return members.map((rows) => ({ rows, stepEnds: stepEnds(rows, scores) }));
}

function stepEnds(rows: Uint32Array, scores: Scores): Uint32Array {
  const ends = new Uint32Array(rows.length);
  let steps = 0;
  for (let i = 1; i <= rows.length; i++) {
    if (i === rows.length || scores[rows[i]!] !== scores[rows[i - 1]!]) ends[steps++] = i;
  }
  return ends.slice(0, steps);
}

// "Did you mean …?": the known name that is closest to the one a caller wrote.

/** Names longer than this get no suggestion: the distance costs (length of both), and the caller picks one of them. */
const longestName = 64;

/** The closest of `known`, where at most a third of its letters (and at least one) differ; else undefined. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > longestName) return undefined;
  let nearest: string | undefined;
  let best = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < best && distance <= Math.max(1, candidate.length / 3)) {
      nearest = candidate;
      best = distance;
    }
  }
  return nearest;
}

/**
 * Levenshtein's distance: the fewest insertions, deletions and replacements that turn one text into the other. Wagner and
 * Fischer's recurrence, one row at a time: d(i, j) = min(d(i-1, j) + 1, d(i, j-1) + 1, d(i-1, j-1) + [a_i differs from b_j]).
 */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, replace));
    }
    above = row;
  }
  return above[b.length]!;
}

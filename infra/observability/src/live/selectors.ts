// The series that an expression asks for: metrics with their matchers, without what is done with them.

const braces = String.raw`\{(?:[^}"]|"[^"]*")*\}`;
/** Text, ranges, and the labels that are grouped by; matchers are taken with them, and kept. */
const noise = new RegExp(
  String.raw`(${braces})|"[^"]*"|\[[^\]]*\]|\b(?:by|on|without|ignoring)\s*\([^)]*\)`,
  'g',
);
/** Not the rest of a number such as 1e3, and no function, which has a parenthesis. */
const selector = new RegExp(String.raw`(?<![\w.:])([a-zA-Z_:][\w:]*)\b(?:${braces})?(?!\s*\()`, 'g');
const words = new Set(['and', 'or', 'unless', 'group_left', 'group_right', 'bool']);

export function selectorsOf(expr: string): readonly string[] {
  const bare = expr.replaceAll(noise, (_, kept?: string) => kept ?? ' ');
  const found = [...bare.matchAll(selector)].filter(([, name]) => !words.has(name!));
  return [...new Set(found.map(([text]) => text))];
}

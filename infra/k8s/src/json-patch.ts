// RFC 6902, the three operations that our overlays use.

export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

/** A copy with the operation done. Like kustomize it refuses to replace what is not there. */
export function patched<Value>(value: Value, { op, path, value: given }: Operation): Value {
  const keys = path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const copy = structuredClone(value);
  const last = keys.pop()!;
  let at = copy as Record<string, unknown>;
  for (const key of keys) {
    at = at[key] as Record<string, unknown>;
    if (typeof at !== 'object' || at === null) throw new Error(`${op} ${path}: there is no ${key}.`);
  }
  if (op !== 'add' && !(last in at)) throw new Error(`${op} ${path}: there is no ${last}.`);
  if (Array.isArray(at)) throw new Error(`${op} ${path}: changing a list's length is not built here.`);
  if (op === 'remove') delete at[last];
  else if (op === 'add' || op === 'replace') at[last] = given;
  else throw new Error(`${op} ${path}: only add, replace and remove are built here.`);
  return copy;
}

// JSON that keeps 64-bit integers: beyond 2^53 they are bigints here, and plain digits on the wire.

/** In Node 22 and later, and not yet in TypeScript's library. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? rawJSON(String(each)) : each));
}

/** Throws SyntaxError as JSON.parse does. */
export function readJson(text: string): unknown {
  return parse(text, (_, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source && /^-?\d+$/.test(source)
      ? BigInt(source)
      : value,
  );
}

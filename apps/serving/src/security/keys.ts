// Bearer keys: who may call, for what, and how often. They are read once, when serving starts; what is kept of a key is its
// SHA-256.

import { hash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { z } from 'zod';

const scopes = ['predict', 'feedback', 'metrics', 'admin'] as const;

/** What a key is good for: `feedback` to tell events and labels. `admin` includes the others. */
export type Scope = (typeof scopes)[number];

export interface Key {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** No limit where it is left out. */
  readonly requestsPerSecond?: number | undefined;
}

export interface Keys {
  /** The key that was presented, or none. Takes the same time whether there is one, and whichever it is. */
  find(presented: string): Key | undefined;
  readonly all: readonly Key[];
  /** What whoever runs the server should know about where the keys come from. */
  readonly warnings: readonly string[];
}

export interface KeySource {
  /** The list itself, as JSON. */
  readonly json?: string | undefined;
  /** Path of a file that holds it. */
  readonly file?: string | undefined;
}

// Every message is ours: those of zod and JSON.parse quote what was given, and that may be a key, or a key in the place of
// a name. For the same reason entries are named by their position.
const entry = z
  .strictObject(
    {
      name: z.string('must be a text').regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, . _ -'),
      key: z
        .string('must be a text')
        .regex(/^[!-~]{16,512}$/, 'must be 16 to 512 printable ASCII characters without spaces')
        .optional(),
      sha256: z
        .string('must be a text')
        .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')
        .optional(),
      scopes: z
        .array(z.enum(scopes, `must be of ${scopes.join(', ')}`), 'must be a list')
        .nonempty('must name at least one scope'),
      requestsPerSecond: z.number('must be a number').positive('must be above 0').optional(),
    },
    'must be an object of name, key or sha256, scopes, and if wanted requestsPerSecond',
  )
  .refine(
    ({ key, sha256 }) => (key === undefined) !== (sha256 === undefined),
    'must have either key or sha256',
  );

const entries = z.array(entry, 'must be a list').nonempty('must have at least one entry');

/**
 * The keys that `json` or a file lists: `[{ "name", "key" or "sha256", "scopes", "requestsPerSecond"? }]`. Undefined where
 * neither is given. KEYS_INVALID says what is wrong where; it never quotes a key.
 */
export async function keysOf({ json, file }: KeySource): Promise<Keys | undefined> {
  if (json !== undefined && file !== undefined)
    throw invalid('Set either SERVING_KEYS or SERVING_KEYS_FILE, not both.');
  if (json !== undefined) return keysIn(json, 'SERVING_KEYS', []);
  if (file === undefined) return undefined;
  try {
    return keysIn(await readFile(file, 'utf8'), file, warningsAbout(file, (await stat(file)).mode));
  } catch (error) {
    if (error instanceof FlightdeckError) throw error;
    throw invalid(`The file of SERVING_KEYS_FILE cannot be read: ${messageOf(error)}.`);
  }
}

/** Group may read: that is how Kubernetes hands a secret to a process that is not root. */
function warningsAbout(file: string, mode: number): string[] {
  const isNarrow = (mode & 0o027) === 0;
  return isNarrow ? [] : [`Others can read or change ${file}, which holds keys. Run: chmod 600 ${file}`];
}

function keysIn(json: string, origin: string, warnings: readonly string[]): Keys {
  const parsed = entries.safeParse(jsonOf(json, origin));
  if (!parsed.success) throw invalid(`${origin}: ${parsed.error.issues.map(describe).join('; ')}.`);
  const known = parsed.data.map(({ name, key, sha256, scopes, requestsPerSecond }) => ({
    digest: sha256 === undefined ? digestOf(key!) : Buffer.from(sha256, 'latin1'),
    key: { name, scopes: withIncluded(scopes), requestsPerSecond } satisfies Key,
  }));
  const names = known.map(({ key }) => key.name);
  assertDistinct(names, 'name', origin);
  assertDistinct(
    known.map(({ digest }) => digest.toString('latin1')),
    'key',
    origin,
  );
  return {
    find(presented) {
      const digest = digestOf(presented);
      let found: Key | undefined;
      for (const one of known) if (timingSafeEqual(one.digest, digest)) found = one.key;
      return found;
    },
    all: known.map(({ key }) => key),
    warnings,
  };
}

function jsonOf(json: string, origin: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw invalid(`${origin} is not valid JSON. ${example}`);
  }
}

function describe({ path, message }: z.core.$ZodIssue): string {
  const [position, ...rest] = path;
  return position === undefined
    ? `${message} (${example})`
    : `entry ${Number(position) + 1}${rest.length > 0 ? `, ${rest.join('.')}` : ''} ${message}`;
}

function assertDistinct(values: readonly string[], what: string, origin: string): void {
  const again = values.findIndex((value, position) => values.indexOf(value) !== position);
  if (again === -1) return;
  const first = values.indexOf(values[again]!);
  throw invalid(`${origin}: entries ${first + 1} and ${again + 1} have the same ${what}.`);
}

function withIncluded(given: readonly Scope[]): ReadonlySet<Scope> {
  return new Set(given.includes('admin') ? scopes : given);
}

/** Of equal length for all keys, as `timingSafeEqual` wants it. Hexadecimal, because Node makes that twice as fast as bytes. */
function digestOf(key: string): Buffer {
  return Buffer.from(hash('sha256', key, 'hex'), 'latin1');
}

const example = 'Write [{"name": "batch-job", "key": "…", "scopes": ["predict"]}]';

function invalid(message: string): FlightdeckError {
  return new FlightdeckError('KEYS_INVALID', message);
}

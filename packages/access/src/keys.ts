// Bearer keys: who may call a server, for what, and how often. They are read once, when it starts; what is kept of a key is its
// SHA-256.

import { hash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { z } from 'zod';

/** What a server wants of its keys. */
export interface KeyRules<Scope extends string> {
  /** What a key can be good for. `admin` includes the others. */
  readonly scopes: readonly [Scope | 'admin', ...(Scope | 'admin')[]];
  /** The environment's variable that lists them; with `_FILE` behind it, the one that names a file. */
  readonly variable: string;
  /** Whether an entry may limit its requests a second. */
  readonly limits: boolean;
}

export interface Key<Scope extends string> {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope | 'admin'>;
  /** No limit where it is left out. */
  readonly requestsPerSecond?: number | undefined;
}

export interface Keys<Scope extends string> {
  /** The key that was presented, or none. Takes the same time whether there is one, and whichever it is. */
  find(presented: string): Key<Scope> | undefined;
  readonly all: readonly Key<Scope>[];
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
function entriesOf<Scope extends string>({ scopes, limits }: KeyRules<Scope>) {
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
          .array(
            z.custom<Scope | 'admin'>(
              (scope) => scopes.includes(scope as Scope),
              `must be of ${scopes.join(', ')}`,
            ),
            'must be a list',
          )
          .nonempty('must name at least one scope'),
        requestsPerSecond: limits ? limit : noLimit,
      },
      'must be an object of name, key or sha256, scopes, and if wanted requestsPerSecond',
    )
    .refine(
      ({ key, sha256 }) => (key === undefined) !== (sha256 === undefined),
      'must have either key or sha256',
    );

  return z.array(entry, 'must be a list').nonempty('must have at least one entry');
}

const limit = z.number('must be a number').positive('must be above 0').optional();
const noLimit = z.undefined('is nothing that this server keeps').optional();

/**
 * The keys that `json` or a file lists: `[{ "name", "key" or "sha256", "scopes", "requestsPerSecond"? }]`. Undefined where
 * neither is given. KEYS_INVALID says what is wrong where; it never quotes a key.
 */
export async function readKeys<Scope extends string>(
  rules: KeyRules<Scope>,
  { json, file }: KeySource,
): Promise<Keys<Scope> | undefined> {
  const { variable } = rules;
  if (json !== undefined && file !== undefined)
    throw invalid(`Set either ${variable} or ${variable}_FILE, not both.`);
  if (json !== undefined) return keysIn(rules, json, variable, []);
  if (file === undefined) return undefined;
  try {
    return keysIn(rules, await readFile(file, 'utf8'), file, warningsAbout(file, (await stat(file)).mode));
  } catch (error) {
    if (error instanceof FlightdeckError) throw error;
    throw invalid(`The file of ${variable}_FILE cannot be read: ${messageOf(error)}.`);
  }
}

/** Group may read: that is how Kubernetes hands a secret to a process that is not root. */
function warningsAbout(file: string, mode: number): string[] {
  const isNarrow = (mode & 0o027) === 0;
  return isNarrow ? [] : [`Others can read or change ${file}, which holds keys. Run: chmod 600 ${file}`];
}

function keysIn<Scope extends string>(
  rules: KeyRules<Scope>,
  json: string,
  origin: string,
  warnings: readonly string[],
): Keys<Scope> {
  const example = exampleOf(rules);
  const parsed = entriesOf(rules).safeParse(jsonOf(json, origin, example));
  if (!parsed.success)
    throw invalid(`${origin}: ${parsed.error.issues.map((issue) => describe(issue, example)).join('; ')}.`);
  const known = parsed.data.map(({ name, key, sha256, scopes, requestsPerSecond }) => ({
    digest: sha256 === undefined ? digestOf(key!) : Buffer.from(sha256, 'latin1'),
    key: { name, scopes: withIncluded(rules.scopes, scopes), requestsPerSecond } satisfies Key<Scope>,
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
      let found: Key<Scope> | undefined;
      for (const one of known) if (timingSafeEqual(one.digest, digest)) found = one.key;
      return found;
    },
    all: known.map(({ key }) => key),
    warnings,
  };
}

function jsonOf(json: string, origin: string, example: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw invalid(`${origin} is not valid JSON. ${example}`);
  }
}

function describe({ path, message }: z.core.$ZodIssue, example: string): string {
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

function withIncluded<Scope extends string>(
  all: readonly (Scope | 'admin')[],
  given: readonly (Scope | 'admin')[],
): ReadonlySet<Scope | 'admin'> {
  return new Set(given.includes('admin') ? all : given);
}

/** Of equal length for all keys, as `timingSafeEqual` wants it. Hexadecimal, because Node makes that twice as fast as bytes. */
function digestOf(key: string): Buffer {
  return Buffer.from(hash('sha256', key, 'hex'), 'latin1');
}

function exampleOf({ scopes }: KeyRules<string>): string {
  return `Write [{"name": "batch-job", "key": "…", "scopes": ["${scopes[0]}"]}]`;
}

function invalid(message: string): FlightdeckError {
  return new FlightdeckError('KEYS_INVALID', message);
}

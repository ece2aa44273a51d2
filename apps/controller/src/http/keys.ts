// Bearer keys: who may read, who may tell alerts, who may decide. They are read once, when the controller starts; what is kept of a key
// is its SHA-256.

import { hash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { z } from 'zod';

const scopes = ['read', 'alerts', 'admin'] as const;

/** What a key is good for: `alerts` is for Alertmanager, which may do nothing else. `admin` includes the others. */
export type Scope = (typeof scopes)[number];

export interface Key {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

export interface Keys {
  /** The key that was presented, or none. Takes the same time whether there is one, and whichever it is. */
  find(presented: string): Key | undefined;
}

// Every message is ours: those of zod and JSON.parse quote what was given, and that may be a key. For the same reason entries are named
// by their position.
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
    },
    'must be an object of name, key or sha256, scopes',
  )
  .refine(
    ({ key, sha256 }) => (key === undefined) !== (sha256 === undefined),
    'must have either key or sha256',
  );

const entries = z
  .array(entry, 'must be a list')
  .nonempty('must have at least one entry')
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'has two entries of one name');

/** The keys of CONTROLLER_KEYS, or of the file; undefined where there are none. KEYS_INVALID never quotes a key. */
export async function keysOf(source: {
  json?: string | undefined;
  file?: string | undefined;
}): Promise<Keys | undefined> {
  const { json, file } = source;
  if (json !== undefined && file !== undefined)
    throw invalid('Set either CONTROLLER_KEYS or CONTROLLER_KEYS_FILE, not both.');
  if (json !== undefined) return keysIn(json, 'CONTROLLER_KEYS');
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw invalid(`The file of CONTROLLER_KEYS_FILE cannot be read: ${messageOf(error)}.`);
  });
  return keysIn(text, file);
}

function keysIn(json: string, origin: string): Keys {
  const parsed = entries.safeParse(jsonOf(json, origin));
  if (!parsed.success) throw invalid(`${origin}: ${parsed.error.issues.map(describe).join('; ')}.`);
  const known = parsed.data.map(({ name, key, sha256, scopes: given }) => ({
    digest: sha256 === undefined ? digestOf(key!) : Buffer.from(sha256, 'latin1'),
    key: { name, scopes: new Set<Scope>(given.includes('admin') ? scopes : given) },
  }));
  return {
    find(presented) {
      const digest = digestOf(presented);
      let found: Key | undefined;
      for (const one of known) if (timingSafeEqual(one.digest, digest)) found = one.key;
      return found;
    },
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
  if (position === undefined) return `${message} (${example})`;
  return `entry ${Number(position) + 1}${rest.length > 0 ? `, ${rest.join('.')}` : ''} ${message}`;
}

/** Hexadecimal, so that all are of one length. */
function digestOf(key: string): Buffer {
  return Buffer.from(hash('sha256', key, 'hex'), 'latin1');
}

const example = 'Write [{"name": "ada", "key": "…", "scopes": ["admin"]}]';

function invalid(message: string): FlightdeckError {
  return new FlightdeckError('KEYS_INVALID', message);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** KEYS_REQUIRED for an address that other machines may reach, unless there are keys. */
export function assertMayBind(host: string, keys: Keys | undefined): void {
  const family = isIP(host);
  const isOwn = family === 0 ? host === 'localhost' : loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
  if (keys || isOwn) return;
  throw new FlightdeckError(
    'KEYS_REQUIRED',
    `Without keys the controller listens on this machine only, and ${host} is not known to be that. List keys in ` +
      'CONTROLLER_KEYS_FILE (or CONTROLLER_KEYS), or set CONTROLLER_HOST=127.0.0.1.',
  );
}

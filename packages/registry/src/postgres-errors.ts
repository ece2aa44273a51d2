// PostgreSQL's and the network's words in the kit's. Only the dialect for PostgreSQL uses this.

import { FlightdeckError, messageOf } from '@flightdeck/core';

type Explanation = readonly [code: string, message: (title: string) => string, retryable: boolean];

const conflict: Explanation = [
  'REGISTRY_CONFLICT',
  (title) =>
    `Another process wrote to the same part of the registry at ${title} at the same time. Try again.`,
  true,
];
const busy: Explanation = [
  'REGISTRY_BUSY',
  (title) =>
    `Another process has been writing to ${title} for too long. Try again, or end the session that holds the lock ` +
    '(`select * from pg_stat_activity`).',
  true,
];
const unreachable: Explanation = [
  'REGISTRY_UNREACHABLE',
  (title) =>
    `The registry's database ${title} does not answer. Start it, or correct DATABASE_URL (host and port).`,
  true,
];
const denied: Explanation = [
  'REGISTRY_DENIED',
  (title) => `${title} refuses this user or password. Correct DATABASE_URL (or PGPASSWORD).`,
  false,
];
const missing: Explanation = [
  'REGISTRY_MISSING',
  (title) => `There is no database ${title}. Make one (\`create database …\`), or correct DATABASE_URL.`,
  false,
];
const forbidden: Explanation = [
  'REGISTRY_DENIED',
  (title) =>
    `This user may not do that in ${title}. Make it the owner of the database, or grant it \`create\` on its schema.`,
  false,
];
const full: Explanation = [
  'DISK_FULL',
  (title) => `The server of ${title} has no space left. Free some, or give its disk more.`,
  true,
];
const readOnly: Explanation = [
  'STATE_NOT_WRITABLE',
  (title) => `${title} can only be read: is it a standby? Point DATABASE_URL to the primary.`,
  true,
];
const corrupt: Explanation = [
  'REGISTRY_CORRUPT',
  (title) => `${title} is damaged on its server's disk. Restore the database from a backup.`,
  false,
];
const illegalText: Explanation = [
  'REGISTRY_TEXT_INVALID',
  (title) => `${title} cannot hold a text with a NUL character. Take it out.`,
  false,
];

/** Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html, and Node's for sockets. */
const explanations: Readonly<Record<string, Explanation>> = {
  40001: conflict, // serialization_failure
  '40P01': conflict, // deadlock_detected
  23505: conflict, // unique_violation: two transactions that took the same next number
  '55P03': busy, // lock_not_available, after lock_timeout
  '57014': busy, // query_canceled, after statement_timeout
  '28P01': denied, // invalid_password
  '28000': denied, // invalid_authorization_specification: no entry in pg_hba.conf
  '3D000': missing, // invalid_catalog_name
  42501: forbidden, // insufficient_privilege
  53100: full, // disk_full
  25006: readOnly, // read_only_sql_transaction
  22021: illegalText, // character_not_in_repertoire
  XX001: corrupt, // data_corrupted
  XX002: corrupt, // index_corrupted
  53300: unreachable, // too_many_connections
  '57P01': unreachable, // admin_shutdown
  '57P02': unreachable, // crash_shutdown
  '57P03': unreachable, // cannot_connect_now
};

const networkCodes =
  /^(08...|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT)$/;

/** What `pg` says without a code when a connection is cut, cannot be had in time, or gets no answer. */
const networkWords =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|Query read timeout|The server does not support SSL)/;

/** Turns an error of `pg` into one that says what to do; passes on anything else (a broken constraint is a bug). */
export function asDatabaseError(error: unknown, title: string): unknown {
  if (!(error instanceof Error) || error instanceof FlightdeckError) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  const isNetwork = networkCodes.test(code) || networkWords.test(error.message);
  const explanation = explanations[code] ?? (isNetwork ? unreachable : undefined);
  if (explanation === undefined) return error;
  const [name, message, retryable] = explanation;
  // Node leaves the message empty where it tried several addresses.
  const said = messageOf(error) || code;
  return new FlightdeckError(name, `${message(title)} (${said})`, { cause: error, retryable });
}

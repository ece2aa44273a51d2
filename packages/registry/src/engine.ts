// What the registry asks of a database. SQLite and PostgreSQL each answer in a *-dialect file; nothing else knows which one it is.

import type { Dialect } from 'kysely';

export interface Engine {
  readonly dialect: Dialect;
  /** For messages: the file, or the server's address without the password. */
  readonly title: string;
  /** Statements that keep everybody from changing or deleting rows of a table, whatever program opens the database. */
  appendOnly(table: string): readonly string[];
  /** Statements that let watchers know of each commit to a table, where the database does not do that by itself. */
  announce(table: string): readonly string[];
  watch(onChange: () => void): RegistryWatch;
}

export interface RegistryWatch {
  stop(): void;
}

/** A transaction may be announced several times, and a training run commits often: one wake-up for all of it, milliseconds. */
const quietMs = 25;

/** `tell` calls `onChange` a little later, once for all calls until then. */
export function announcer(onChange: () => void): { tell(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    tell() {
      timer ??= setTimeout(() => {
        timer = undefined;
        onChange();
      }, quietMs);
    },
    stop: () => clearTimeout(timer),
  };
}

// Which workers take connections, and whether the instance as a whole is ready. Decided here from what the workers have told.

export interface WorkerState {
  readonly id: number;
  /** Started in place of one that crashed. */
  readonly isReplacement: boolean;
  /** Whether it could take connections. */
  readonly isUp: boolean;
  /** Why it is not ready; null when it is, undefined until it has looked at the registry. */
  readonly unready: string | null | undefined;
  readonly takesConnections: boolean;
}

/**
 * The workers that take connections from now on. The first ones do as soon as they are up: they are live before they are ready. A
 * replacement first loads what it serves; where nothing can be loaded it is as good as the others, which cannot either.
 */
export function toAdmit<Worker extends WorkerState>(workers: readonly Worker[]): readonly Worker[] {
  const isAnyReady = workers.some(({ takesConnections, unready }) => takesConnections && unready === null);
  return workers.filter(({ isReplacement, isUp, unready, takesConnections }) => {
    if (!isUp || takesConnections) return false;
    return !isReplacement || unready === null || (unready !== undefined && !isAnyReady);
  });
}

/**
 * Null when every worker that takes connections is ready and there is at least one; else what is missing. An instance that has just
 * been started also waits for all of its workers: whoever waits for it finds it whole.
 */
export function instanceUnreadiness(workers: readonly WorkerState[]): string | null {
  const missing = workers.find(
    ({ isReplacement, takesConnections, unready }) =>
      (takesConnections && unready !== null) || (!isReplacement && !takesConnections),
  );
  if (missing) return missing.unready ?? `Worker ${missing.id} is starting.`;
  return workers.some(({ takesConnections }) => takesConnections) ? null : 'No worker takes connections.';
}

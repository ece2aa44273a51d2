// The one error type of the kit. Whatever a user can cause or mend is a FlightdeckError; anything else is a bug.

/**
 * `code` is stable and upper-case (`MODEL_NOT_FOUND`): programs decide by it. `message` is for people and names the thing
 * and the remedy: "No version of flight-delay has the alias champion. Train one with `npx flightdeck train`."
 * `retryable` says that the same call may succeed later (a broker that is away, a full disk), so a queue may try again.
 */
export class FlightdeckError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.name = 'FlightdeckError';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether `error` is a Node system error (`ENOENT`, `EADDRINUSE`, …) with one of these codes. */
export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

// One request to the controller. What it refuses comes back as an error with its code and its message, which are written to be shown.

export class RequestError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Throws a RequestError; its code is UNREACHABLE where nobody answered. */
export async function request<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  const { method = 'GET', body, signal } = options;
  const response = await fetch(path, {
    method,
    ...(signal && { signal }),
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new RequestError(
      'UNREACHABLE',
      'The controller does not answer. Is it up? npm start starts it.',
      0,
    );
  });
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (response.ok) return answer as Answer;
  const { code, message } = (answer as { error?: { code: string; message: string } } | undefined)?.error ?? {
    code: 'INTERNAL',
    message: `The controller answered with status ${response.status} and no reason.`,
  };
  throw new RequestError(code, message, response.status);
}

export function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof RequestError) return error;
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

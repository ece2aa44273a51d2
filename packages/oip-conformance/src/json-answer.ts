// The JSON in an answer that is not one to an infer request.

import type { z } from 'zod';
import { readJson } from './exact-json.ts';
import { type Answer, described } from './http-client.ts';
import { unmet } from './outcome.ts';
import { ErrorBody } from './protocol-schemas.ts';

/** undefined when the body is no JSON. */
export function jsonOf({ body }: Answer): unknown {
  try {
    return readJson(body.toString());
  } catch {
    return undefined;
  }
}

/** A 200 with JSON of this form. */
export function requireJson<T>(answer: Answer, schema: z.ZodType<T>, expected: string): T {
  if (answer.status !== 200) throw unmet('HTTP 200', described(answer));
  const parsed = schema.safeParse(jsonOf(answer));
  if (!parsed.success) throw unmet(expected, `${described(answer)}: ${inWords(parsed.error)}`);
  return parsed.data;
}

export function requireJsonType(answer: Answer): void {
  const type = answer.headers.get('content-type');
  // `application/json`, with a charset or not, or any `application/…+json`.
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type ?? ''))
    throw unmet('content-type application/json', type ?? 'none');
}

/** Whether an answer is an error in the protocol's words. */
export function isWordedError(answer: Answer): boolean {
  return answer.status >= 400 && ErrorBody.safeParse(jsonOf(answer)).success;
}

/** zod's findings in a line. */
export function inWords(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}

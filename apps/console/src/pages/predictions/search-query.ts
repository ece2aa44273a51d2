// From the address of the page to the address of the answer.

export const pageSize = 50;

/** What one may search by, beside the model; the page's address has them by the same names as the controller's. */
export const conditions = [
  'id',
  'requestId',
  'unit',
  'version',
  'variant',
  'minimumScore',
  'maximumScore',
  'hasFailed',
  'isLabelled',
  'from',
  'until',
] as const;
export type Condition = (typeof conditions)[number];

export function searchPath(model: string, parameters: URLSearchParams): string {
  const query = new URLSearchParams({ model, limit: String(pageSize) });
  for (const name of [...conditions, 'before']) {
    const value = parameters.get(name);
    if (value) query.set(name, name === 'from' || name === 'until' ? inUtc(value) : value);
  }
  return `/v1/predictions?${query}`;
}

/** A form's date and time, which has no zone, is meant in UTC. */
function inUtc(time: string): string {
  return /Z$/.test(time) ? time : `${time}${time.length === 16 ? ':00' : ''}Z`;
}

/** What was filled in, without what was left empty. */
export function parametersOf(model: string, form: FormData): URLSearchParams {
  const parameters = new URLSearchParams({ model });
  for (const name of conditions) {
    const value = String(form.get(name) ?? '').trim();
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

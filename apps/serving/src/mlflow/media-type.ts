// What bodies /invocations takes. MLflow takes Parquet too, which is refused here by name.

import { FlightdeckError } from '@flightdeck/core';

const supported = ['application/json', 'text/csv'];

/** UNSUPPORTED_MEDIA_TYPE for a content-type other than JSON or CSV, or with a parameter other than charset=utf-8. */
export function assertMediaType(header: string | undefined): void {
  if (header === undefined) throw unsupported('has no content-type');
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  if (!supported.includes(type)) throw unsupported(`has the content-type ${quoted(type)}`);
  for (const parameter of parameters) {
    if (!/^charset="?utf-8"?$/.test(parameter))
      throw unsupported(`has ${quoted(parameter)} in its content-type`);
  }
}

function unsupported(problem: string): FlightdeckError {
  return new FlightdeckError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The request ${problem}. Send ${supported.join(' or ')}, in UTF-8.`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

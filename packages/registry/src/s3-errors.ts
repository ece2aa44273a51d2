// What S3, its client and the network say, in the kit's words. Only the artifacts in S3 use this.

import { FlightdeckError, messageOf } from '@flightdeck/core';

const networkCodes =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|TimeoutError|NetworkingError)$/;

/** Turns an error of the S3 client into one that says what to do; passes on anything else. */
export function asArtifactsError(error: unknown, title: string): unknown {
  if (!(error instanceof Error) || error instanceof FlightdeckError) return error;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  const said = messageOf(error) || String(code);
  const explain = (name: string, message: string, retryable = false) =>
    new FlightdeckError(name, `${message} (${said})`, { cause: error, retryable });

  if (error.name === 'CredentialsProviderError') {
    return explain(
      'ARTIFACTS_DENIED',
      `There are no credentials for ${title}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this host a role.`,
    );
  }
  if (said === 'Region is missing')
    return explain('ARTIFACTS_URL_INVALID', `The region of ${title} is not known. Set AWS_REGION.`);
  if (error.name === 'NoSuchBucket')
    return explain(
      'ARTIFACTS_MISSING',
      `There is no bucket for ${title}. Make it, or correct ARTIFACTS_URL.`,
    );
  if (status === 401 || status === 403) {
    return explain(
      'ARTIFACTS_DENIED',
      `${title} refuses these credentials. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may list the ` +
        'bucket and get, put and delete its objects.',
    );
  }
  const isNetwork = networkCodes.test(String(code)) || networkCodes.test(error.name);
  if (isNetwork || status === 429 || status >= 500) {
    return explain(
      'ARTIFACTS_UNREACHABLE',
      `${title} does not answer. Try again; check AWS_ENDPOINT_URL (or the network) if it lasts.`,
      true,
    );
  }
  return error;
}

// One log line per change of what is served. A failure that lasts is logged when it begins, not at every poll.

import type { FastifyBaseLogger } from 'fastify';
import type { Change } from './served-endpoint.ts';

export function logChange(log: FastifyBaseLogger, change: Change): void {
  if ('repeated' in change && change.repeated) return;
  switch (change.kind) {
    case 'loaded': {
      const { endpoint, milliseconds, model } = change;
      const { version, digest } = model.version;
      log.info({ endpoint, version, digest, milliseconds }, 'model loaded');
      break;
    }
    case 'rerouted':
      log.info({ endpoint: change.endpoint, versions: change.versions }, 'traffic rerouted');
      break;
    case 'failed': {
      const { code, message, version } = change.failure;
      log.error({ endpoint: change.endpoint, version: version?.version, code }, message);
      break;
    }
    case 'recovered':
      log.info({ endpoint: change.endpoint }, 'the served version is the desired one again');
      break;
    case 'removed':
      log.info({ endpoint: change.endpoint }, 'endpoint removed');
      break;
    case 'registry-unreadable':
      log.error({ reason: change.message }, 'the registry cannot be read');
      break;
  }
}

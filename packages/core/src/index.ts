export { type Clock, manualClock, systemClock } from './clock.ts';
export { homeVariable, parseEnv } from './env.ts';
export { FlightdeckError, isSystemError, messageOf } from './errors.ts';
export { asStateError, replaceAtomic, writeFileAtomic } from './files.ts';
export { canonicalJson, hashOf, sha256, sha256OfFile } from './hash.ts';
export { type Html, html } from './html.ts';
export { type ProcessLock, tryLock } from './process-lock.ts';
export { permutation, type Random, seededRandom } from './random.ts';
export { repositoryRoot } from './repository.ts';

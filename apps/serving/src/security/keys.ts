// What keys are good for here.

import { type Key as AnyKey, type Keys as AnyKeys, type KeySource, readKeys } from '@flightdeck/access';

/** `feedback` is to tell events and labels. */
export type Scope = 'predict' | 'feedback' | 'metrics' | 'admin';
export type Key = AnyKey<Scope>;
export type Keys = AnyKeys<Scope>;

/** KEYS_INVALID. */
export const keysOf = (source: KeySource): Promise<Keys | undefined> =>
  readKeys<Scope>(
    { scopes: ['predict', 'feedback', 'metrics', 'admin'], variable: 'SERVING_KEYS', limits: true },
    source,
  );

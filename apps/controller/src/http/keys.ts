// What keys are good for here.

import { type Key as AnyKey, type Keys as AnyKeys, type KeySource, readKeys } from '@flightdeck/access';

/** `alerts` is for Alertmanager, which may do nothing else. */
export type Scope = 'read' | 'alerts' | 'admin';
export type Key = AnyKey<Scope>;
export type Keys = AnyKeys<Scope>;

/** KEYS_INVALID. */
export const keysOf = (source: KeySource): Promise<Keys | undefined> =>
  readKeys<Scope>(
    { scopes: ['read', 'alerts', 'admin'], variable: 'CONTROLLER_KEYS', limits: false },
    source,
  );

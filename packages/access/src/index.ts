export { requireKeys } from './binding.ts';
export { type Key, type KeyRules, type KeySource, type Keys, readKeys } from './keys.ts';

// Which names the registry takes. Names end up in paths, URLs and metric labels, so they are narrow.

import { FlightdeckError } from '@flightdeck/core';

/** How a caller names a version: by alias, by number, or the newest. */
export type VersionReference =
  | { readonly kind: 'latest' }
  | { readonly kind: 'number'; readonly version: number }
  | { readonly kind: 'alias'; readonly alias: string };

const name = /^[a-z0-9][a-z0-9-]{0,62}$/;
const number = /^v?([1-9][0-9]{0,8})$/;
// Each segment starts with a letter, a digit or an underscore: no "..", no hidden file, nothing absolute, no backslash.
const path = /^\w[\w.-]*(\/\w[\w.-]*)*$/;

/** `champion`, `3`, `v3` or `latest`. ALIAS_NAME_INVALID for what is none of them. */
export function parseReference(reference: string): VersionReference {
  if (reference === 'latest') return { kind: 'latest' };
  const digits = number.exec(reference)?.[1];
  if (digits) return { kind: 'number', version: Number(digits) };
  checkAliasName(reference);
  return { kind: 'alias', alias: reference };
}

/** MODEL_NAME_INVALID unless `model` is 1 to 63 lower-case letters, digits and hyphens. */
export function checkModelName(model: string): void {
  if (name.test(model)) return;
  throw new FlightdeckError(
    'MODEL_NAME_INVALID',
    `"${model}" cannot name a model. Use 1 to 63 lower-case letters, digits and hyphens, such as flight-delay.`,
  );
}

/** ALIAS_NAME_INVALID for what could be taken for a version number, and for `latest`, which moves by itself. */
export function checkAliasName(alias: string): void {
  if (name.test(alias) && !/^v?[0-9]+$/.test(alias) && alias !== 'latest') return;
  throw new FlightdeckError(
    'ALIAS_NAME_INVALID',
    `"${alias}" cannot be an alias. Use lower-case letters, digits and hyphens, such as champion; a bare number names ` +
      'a version, and latest always means the newest.',
  );
}

/** BUNDLE_PATH_INVALID for a path that could leave the bundle's folder, or that is also the folder of another one. */
export function checkBundlePaths(paths: readonly string[]): void {
  for (const candidate of paths) {
    const isFolder = paths.some((other) => other.startsWith(`${candidate}/`));
    if (path.test(candidate) && !isFolder) continue;
    throw new FlightdeckError(
      'BUNDLE_PATH_INVALID',
      `"${candidate}" cannot be a file of a bundle. Use a relative path of letters, digits, "_", "-" and ".", ` +
        'with "/" between folders.',
    );
  }
}

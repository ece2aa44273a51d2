// Where this checkout lives. Models and datasets are found below it by folder name.

import { fileURLToPath } from 'node:url';

/** Absolute path of the repository's root. */
export const repositoryRoot: string = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

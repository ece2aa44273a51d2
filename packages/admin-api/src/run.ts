/** Runs. */
export type {};

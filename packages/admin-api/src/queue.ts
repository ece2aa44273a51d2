/** Jobs and flows. */
export type {};

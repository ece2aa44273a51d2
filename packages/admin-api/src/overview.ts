/** The loop at a glance. */
export type {};

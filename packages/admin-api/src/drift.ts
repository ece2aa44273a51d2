/** How features and scores have moved over time. */
export type {};

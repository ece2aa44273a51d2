/** Predictions: search, one of them, review and labels. */
export type {};

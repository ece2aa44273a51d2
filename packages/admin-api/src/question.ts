/** Questions to the model, passed on to serving. */
export type {};

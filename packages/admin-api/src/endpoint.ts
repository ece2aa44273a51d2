/** Endpoints: traffic, shadows, the rollout under way, how requests fare. */
export type {};

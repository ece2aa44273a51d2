/** GET /v1/session: who asks, and what they may do. */
export interface SessionAnswer {
  /** Without keys everybody on this machine may do everything. */
  readonly keysNeeded: boolean;
  /** Whose key it is; null without a key. */
  readonly name: string | null;
  readonly scopes: readonly ('read' | 'alerts' | 'admin')[];
}

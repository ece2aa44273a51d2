// What a training run is asked for.

export interface TrainingRequest {
  readonly runId: string;
  readonly model: string;
  /** How many rows to train on; null for all. */
  readonly rows: number | null;
  readonly seed: number;
  /** Who asked, and why: both go into the alias's transition log. */
  readonly actor: string;
  readonly reason: string;
  /** Whether a version that passes the gate becomes the champion. */
  readonly promote: boolean;
}

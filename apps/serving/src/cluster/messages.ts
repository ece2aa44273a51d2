// What the primary and its workers say to each other. Both are this program, so the types are all the checking there is.

import type { FeatureNews, FeatureQuestion } from './shared-features.ts';

/** To every worker: the metrics of its process; a look at the registry, begun after the question. */
export type Question = 'metrics' | 'pass';

/** What has become of connections, by their ids. */
export interface ConnectionReport {
  /** The worker has it, so its event loop turns. */
  readonly received: readonly number[];
  /** The head of its first request has been read: from now on nobody else can answer it. */
  readonly read: readonly number[];
  readonly closed: readonly number[];
}

export type FromWorker =
  /** It can take connections. */
  | { readonly kind: 'up' }
  /** Why it is not ready, after its latest look at the registry; null when it is. */
  | { readonly kind: 'state'; readonly unready: string | null }
  | ({ readonly kind: 'connections' } & ConnectionReport)
  | Ask
  | AskFeatures
  | Answer;

export type ToWorker =
  /** Comes with the connection's socket. */
  | { readonly kind: 'connection'; readonly id: number }
  /** Why the instance as a whole is not ready; null when it is. */
  | { readonly kind: 'instance'; readonly unready: string | null }
  | Ask
  | Answer
  /** To those that follow the store of its plan. */
  | ({ readonly kind: 'features' } & FeatureNews)
  /** Finish what was accepted, and end. */
  | { readonly kind: 'stop' };

interface Ask {
  readonly kind: 'ask';
  readonly id: number;
  readonly question: Question;
}

/** To the primary, which keeps the features. */
interface AskFeatures {
  readonly kind: 'features';
  readonly id: number;
  readonly question: FeatureQuestion;
}

interface Answer {
  readonly kind: 'answer';
  readonly id: number;
  readonly value: unknown;
}

/** Questions to the model, passed on to serving. */

/** GET /v1/questions: whom one can ask. */
export interface AskableAnswer {
  /** Serving, as the controller reaches it. */
  readonly url: string;
  readonly needsKey: boolean;
  readonly endpoints: readonly { readonly name: string; readonly model: string }[];
}

/** GET /v1/questions/{endpoint}: what a question can hold. */
export interface QuestionFormAnswer {
  readonly endpoint: string;
  readonly model: string;
  /** Whose signature this is: the champion's. */
  readonly version: number;
  readonly positive: string;
  readonly threshold: number;
  readonly fields: readonly QuestionField[];
  /** It may say when what it is about happens, since features are looked up as of then. */
  readonly takesTime: boolean;
  /** What lookups go by and is no feature. */
  readonly lookupColumns: readonly string[];
  /** The event time that the log has reached, milliseconds since 1970 UTC; null before there is one. */
  readonly eventTime: number | null;
}

export interface QuestionField {
  readonly name: string;
  readonly type: 'number' | 'string';
  readonly description: string;
  readonly default: number | string | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** What training knew, the most frequent first; null for numbers. */
  readonly categories: readonly string[] | null;
  /** What is in the middle of the reference profile: the median, or the most frequent. */
  readonly typical: number | string | null;
  /** Serving knows it where it is left out. */
  readonly isLookedUp: boolean;
}

/** POST /v1/questions: what serving has answered, whatever that is. */
export interface QuestionAnswer {
  readonly status: number;
  /** From here to serving and back. */
  readonly milliseconds: number;
  readonly requestId: string;
  readonly body: unknown;
}

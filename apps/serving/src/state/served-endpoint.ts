// What serving knows of one endpoint, and what a pass of the convergence may change about it.

import type { ModelVersion } from '@flightdeck/registry';
import type { Lineup } from './lineup.ts';
import type { LoadedModel } from './model-loader.ts';

export interface ServedEndpoint {
  readonly name: string;
  /** The model whose versions it serves. */
  readonly model: string;
  /** Who answers; null until a first version has been loaded. */
  readonly lineup: Lineup | null;
  /** The first of them: the one that describes the endpoint. */
  readonly loaded: LoadedModel | null;
  /** Why the last pass could not bring this endpoint to its desired state; null when it did. */
  readonly failure: LoadFailure | null;
}

export interface LoadFailure {
  readonly code: string;
  readonly message: string;
  /** Null when it is not even known which version should be served. */
  readonly version: ModelVersion | null;
  /** The desired state that was tried (`Wanted.key`); empty when it could not be read. */
  readonly wanted: string;
  /** How often in a row, and when to try again (milliseconds since 1970). */
  readonly attempts: number;
  readonly retryAt: number;
}

/** What one pass changed. `repeated`: the same failure as in the pass before, so there is nothing new to tell. */
export type Change =
  | {
      /** A version has joined those that the endpoint serves. */
      readonly kind: 'loaded';
      readonly endpoint: string;
      readonly model: LoadedModel;
      readonly milliseconds: number;
      /** The numbers of all versions that it serves from now on, the first first. */
      readonly versions: readonly number[];
    }
  | {
      /** Other shares, other shadows, or one version less. */
      readonly kind: 'rerouted';
      readonly endpoint: string;
      readonly versions: readonly number[];
    }
  | {
      readonly kind: 'failed';
      readonly endpoint: string;
      readonly failure: LoadFailure;
      readonly repeated: boolean;
    }
  | { readonly kind: 'recovered'; readonly endpoint: string }
  | { readonly kind: 'removed'; readonly endpoint: string }
  | { readonly kind: 'registry-unreadable'; readonly message: string; readonly repeated: boolean };

// What a user writes to put a model into the kit: one folder below models/ whose model.ts exports one of these. Nothing else in the
// platform changes for a second model.

import type { DatasetDefinition, TimeSplit } from '@flightdeck/dataset';
import type { FeatureView } from '@flightdeck/features';
import type { GatePolicy } from './gate-policy.ts';
import type { NetworkDefinition } from './network-definition.ts';
import type { SearchSpace } from './search.ts';

export interface ModelDefinition {
  /** The registry's name for it: lower case, digits, dashes. The folder has the same name. */
  readonly name: string;
  /** What the predicted probability is of, as the end of a sentence: "arrives more than 15 minutes late". */
  readonly positive: string;
  readonly dataset: DatasetDefinition;
  readonly features: FeatureView;
  readonly network: NetworkDefinition;
  /** What a search for better parameters may try; where it is left out, what lies around the network. */
  readonly search?: SearchSpace;
  readonly split: TimeSplit;
  /** The parts of the test rows that are looked at on their own. */
  readonly slices: Readonly<Record<string, SliceDefinition>>;
  readonly gate: GatePolicy;
  /** The model card, in Markdown; the numbers of a run are added to it. */
  readonly card: string;
}

export type SliceDefinition =
  /** Whole multiples of `size` in a number column. */
  | { readonly kind: 'bucket'; readonly column: string; readonly size: number }
  /** The calendar month of the row's time, UTC. */
  | { readonly kind: 'month' }
  /** How common the row's category is among the training rows: each edge is a share of them, from rare to common. */
  | {
      readonly kind: 'frequency';
      readonly column: string;
      readonly edges: readonly number[];
      readonly names: readonly string[];
    };

// Models: their versions and aliases, what a version's bundle says of it, and how two of them differ.

import type { FeatureMove } from '@flightdeck/monitoring';
import type {
  Endpoint,
  FileEntry,
  GateOutcome,
  Lineage,
  ModelSummary,
  ModelVersion,
  Transition,
} from '@flightdeck/registry';

/** GET /v1/models */
export interface ModelsAnswer {
  readonly models: readonly ModelEntry[];
}

export interface ModelEntry extends ModelSummary {
  readonly champion: VersionHead | null;
  /** By name. */
  readonly endpoints: readonly string[];
}

/** GET /v1/models/:model */
export interface ModelAnswer extends Omit<ModelSummary, 'aliases'> {
  /** For each alias, the move that put it where it is. */
  readonly aliases: readonly Transition[];
  readonly endpoints: readonly Endpoint[];
  /** What shares the champion's traffic now, so that the champion cannot be moved. */
  readonly underWay: { readonly kind: 'rollout' | 'experiment'; readonly id: string } | null;
  /** The champion that a rollback leads to; null where there is none to go back to. */
  readonly rollbackTo: number | null;
}

/** A version, as lists have it. */
export interface VersionHead
  extends Pick<
    ModelVersion,
    'model' | 'version' | 'runId' | 'metrics' | 'bytes' | 'createdBy' | 'createdAt' | 'deletedAt'
  > {
  readonly verdict: GateOutcome['verdict'];
  /** Those that point to it now. */
  readonly aliases: readonly string[];
}

/** GET /v1/models/:model/versions?limit&before: newest first. */
export interface VersionsAnswer {
  readonly versions: readonly VersionHead[];
  /** Where the next page begins (`before`); null on the last. */
  readonly next: number | null;
}

/** GET /v1/models/:model/moves?alias&limit&before: newest first. */
export interface MovesAnswer {
  readonly moves: readonly Transition[];
  readonly next: number | null;
}

/** GET /v1/models/:model/versions/:version */
export interface VersionAnswer extends VersionHead {
  readonly digest: string;
  readonly gate: GateOutcome;
  readonly files: readonly FileEntry[];
  /** Those that send it traffic now. */
  readonly endpoints: readonly string[];
  readonly origin: VersionOrigin;
  readonly contents: VersionContents;
}

/** What it came of. */
export interface VersionOrigin {
  readonly runId: string;
  readonly lineage: Lineage;
  /** For a recalibration: the version whose network it is. */
  readonly recalibrationOf: number | null;
}

/** What its bundle says; null where the bundle has no such file, or one that cannot be shown. */
export interface VersionContents {
  /** Of the network first, then of what it was measured against on the same rows. */
  readonly evaluations: Readonly<Record<string, VersionEvaluation>> | null;
  readonly inputs: readonly VersionInput[] | null;
  /** What the probability is of, and from where on it counts as positive. */
  readonly output: { readonly positive: string; readonly threshold: number } | null;
  /** Rows that the features' distributions were taken from. */
  readonly trainingRows: number | null;
  /** Markdown. */
  readonly card: string | null;
}

/** A number with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface VersionEvaluation {
  readonly rows: number;
  readonly positives: number;
  readonly threshold: number | null;
  /** Equal digests say: the same rows in the same order. */
  readonly rowsDigest: string | null;
  /** How many days the intervals' bootstrap draws from. */
  readonly days: number | null;
  readonly metrics: Readonly<Record<string, Interval>>;
  readonly slices: readonly SliceEvaluation[];
  readonly curves: Curves | null;
}

export interface SliceEvaluation {
  readonly slice: string;
  readonly value: string;
  readonly rows: number;
  readonly positives: number;
  readonly meanScore: number | null;
  /** Null where the slice is too small to say anything. */
  readonly metrics: Readonly<Record<string, Interval>> | null;
}

export interface Curves {
  /** False positive rate, true positive rate. */
  readonly roc: readonly (readonly [number, number])[];
  /** Recall, precision. */
  readonly precisionRecall: readonly (readonly [number, number])[];
  readonly calibration: readonly CalibrationBin[];
}

export interface CalibrationBin {
  readonly predicted: number;
  readonly observed: number;
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

/** An input, with what training saw of it. */
export interface VersionInput {
  readonly name: string;
  readonly type: string;
  readonly description: string | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly seen: NumberSeen | CategorySeen | null;
}

export interface NumberSeen {
  readonly kind: 'number';
  readonly missing: number;
  readonly mean: number;
  readonly deviation: number;
}

export interface CategorySeen {
  readonly kind: 'category';
  readonly missing: number;
  readonly categories: number;
  readonly commonest: string | null;
}

/** GET /v1/models/:model/comparison?a&b */
export interface ComparisonAnswer {
  readonly a: ComparedVersion;
  readonly b: ComparedVersion;
  /** From what `b` was trained on to what `a` was; null where one of them has no reference. */
  readonly drift: readonly FeatureMove[] | null;
}

export interface ComparedVersion extends VersionHead {
  /** Of the network; null where the bundle has none. */
  readonly evaluation: VersionEvaluation | null;
  /** Rows that its features' distributions were taken from; null where it has no reference. */
  readonly trainingRows: number | null;
}

/** PUT /v1/models/:model/aliases/:alias; answered with the Transition. */
export interface PromoteBody {
  readonly version: number;
  readonly reason: string;
  /** Where the alias was when it was decided, null for nowhere: moved in the meantime, it is refused. */
  readonly expected?: number | null;
  readonly actor?: string;
}

// Predictions as people look at them: found in the log, explained by versions, labelled by whoever knows better.

import type {
  ContributionsAnswer,
  LabelAnswer,
  OpinionsAnswer,
  PredictionAnswer,
  PredictionsAnswer,
  ReviewAnswer,
} from '@flightdeck/admin-api';
import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { LoggedPrediction, PredictionQuery } from '@flightdeck/monitoring';
import type { Registry, ScoreSignature } from '@flightdeck/registry';
import type { DecisionLog } from '../decision-log.ts';
import type { LogPlace } from '../live-log.ts';
import type { Asked } from '../rollouts/rollouts.ts';
import { contributionsOf } from './contributions.ts';
import { currentVersions } from './current-versions.ts';
import { openFinders } from './open-finders.ts';
import { opinionsOf } from './opinions.ts';
import { scoreSignatureOf } from './scoring-version.ts';

/** A prediction by its model and id. */
export interface PredictionName {
  readonly model: string;
  readonly id: string;
}

export interface GivenLabel {
  readonly label: 0 | 1;
  /** Milliseconds since 1970 UTC. */
  readonly knownAt: number;
}

/** Hands a label to serving, which stores it. Throws what speaks against it. */
export type StoreLabel = (endpoint: string, label: GivenLabel & { predictionId: string }) => Promise<void>;

export interface Predictions {
  /** MODEL_NOT_FOUND, here and below. */
  find(model: string, query: PredictionQuery): Promise<PredictionsAnswer>;
  /** PREDICTION_NOT_FOUND, here and below. */
  get(name: PredictionName): Promise<PredictionAnswer>;
  opinions(name: PredictionName): Promise<OpinionsAnswer>;
  /** `version`: whose; the one that answered if left out. VERSION_NOT_FOUND, PREDICTION_LACKS_FEATURES, REPORT_WITHOUT_REFERENCE. */
  contributions(name: PredictionName, version?: number): Promise<ContributionsAnswer>;
  review(model: string, limit: number): Promise<ReviewAnswer>;
  label(name: PredictionName, label: 0 | 1, asked: Asked, store: StoreLabel): Promise<LabelAnswer>;
  close(): Promise<void>;
}

export interface PredictionsDesk extends LogPlace {
  readonly registry: Registry;
  readonly decisions: DecisionLog;
  readonly clock: Clock;
  /** The event time that a model's log has reached. */
  readonly timeOf: (model: string) => number | null;
}

/** A person's queue is about what goes on now. */
const latestReviewed = 50_000;
/** Decisions that are looked through for those about one prediction. */
const lookBack = 500;

export function predictions({ registry, decisions, clock, timeOf, ...place }: PredictionsDesk): Predictions {
  const finders = openFinders(place);

  async function found({ model, id }: PredictionName): Promise<LoggedPrediction> {
    await requireModel(registry, model);
    const prediction = await finders.use(model, (finder) => finder.get(id));
    if (prediction) return prediction;
    throw new FlightdeckError(
      'PREDICTION_NOT_FOUND',
      `The log of ${model} has no prediction ${id}. It is there a second after it was answered, and goes with its segment (SERVING_PREDICTION_LOG_DAYS).`,
    );
  }

  return {
    async find(model, query) {
      await requireModel(registry, model);
      const page = await finders.use(model, (finder) => finder.find(query));
      const last = page.length < query.limit ? undefined : page.at(-1);
      return { predictions: page, next: last ? `${last.at}~${last.id}` : null };
    },

    async get(name) {
      const prediction = await found(name);
      const signature = await signatureOf(registry, name.model, prediction.version);
      const labelled = await registry.decisions.list({ model: name.model, kind: 'label', limit: lookBack });
      return {
        ...prediction,
        model: name.model,
        features: described(prediction, signature),
        meaning: signature && { positive: signature.positive, threshold: signature.threshold },
        labelled: labelled.filter(
          ({ evidence }) => (evidence as { prediction?: string }).prediction === name.id,
        ),
      };
    },

    opinions: async (name) => opinionsOf(registry, name.model, await found(name)),

    async contributions(name, version) {
      const prediction = await found(name);
      const asked = version ?? prediction.version;
      if (asked !== null) return contributionsOf(registry, name.model, asked, prediction);
      throw new FlightdeckError('VERSION_NOT_FOUND', 'No version answered this request. Name one.');
    },

    async review(model, limit) {
      await requireModel(registry, model);
      const thresholds = await thresholdsOf(registry, model);
      if (thresholds.size === 0) return { model, considered: 0, predictions: [] };
      const query = { thresholds, latest: latestReviewed, limit };
      return { model, ...(await finders.use(model, (finder) => finder.review(query))) };
    },

    async label({ model, id }, label, { by, why }, store) {
      const prediction = await found({ model, id });
      const before = prediction.labels[0];
      // By the log's time, as all labels are; and never before what it corrects, which would else stay the truth.
      const now = timeOf(model) ?? clock();
      const knownAt = Math.max(now, prediction.eventTime, before?.knownAt ?? 0);
      await store(prediction.endpoint, { predictionId: id, label, knownAt });
      const evidence = {
        prediction: id,
        label,
        before: before?.label ?? null,
        knownAt,
        score: prediction.score,
      };
      return { decision: await decisions.append({ model, kind: 'label', actor: by, reason: why, evidence }) };
    },

    close: () => finders.close(),
  };
}

/** MODEL_NOT_FOUND. To look would else make a log where none belongs. */
async function requireModel({ versions }: Registry, model: string): Promise<void> {
  await versions.resolve(model, 'latest');
}

/** Null where the version is not known, or was deleted since. */
async function signatureOf(
  registry: Registry,
  model: string,
  version: number | null,
): Promise<ScoreSignature | null> {
  if (version === null) return null;
  return scoreSignatureOf(registry, model, version).catch((error) => {
    if (error instanceof FlightdeckError && /^VERSION_/.test(error.code)) return null;
    throw error;
  });
}

/** The features of its own version, in that version's order; all that the log has where it is gone. */
function described({ features }: LoggedPrediction, signature: ScoreSignature | null) {
  if (signature === null) return features.map((feature) => ({ ...feature, description: '' }));
  return signature.inputs.flatMap(({ name, description }) => {
    const feature = features.find((each) => each.name === name);
    return feature ? [{ ...feature, description }] : [];
  });
}

async function thresholdsOf(registry: Registry, model: string): Promise<ReadonlyMap<number, number>> {
  const thresholds = new Map<number, number>();
  for (const { version } of await currentVersions(registry, model)) {
    const signature = await signatureOf(registry, model, version);
    if (signature) thresholds.set(version, signature.threshold);
  }
  return thresholds;
}

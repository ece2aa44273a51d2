// The model of docs/scaling.md: from a load, and what things cost here, to what that load takes. Everything is taken to grow in
// proportion, and where a cost was measured in two ways the dearer one counts.

import type { Deployment } from './deployment.ts';
import { loadNamed, type Measurements, microsecondsOf } from './measurements.ts';

const daySeconds = 86_400;
/** Each process's pool of connections to the registry, and its listener (packages/registry/src/postgres-dialect.ts). */
const connectionsEach = 5;

/** A second, on average and in the busiest hour. */
export interface Load {
  /** Of the flagship. */
  readonly times: number;
  readonly predictions: { readonly mean: number; readonly peak: number };
  readonly events: { readonly mean: number; readonly peak: number };
  readonly labels: { readonly mean: number; readonly peak: number };
  /** What half a year brings, which is what the flagship is made of. */
  readonly trainingRows: number;
}

export interface Costs {
  /** Processor time of serving, microseconds. */
  readonly prediction: number;
  readonly event: number;
  readonly label: number;
  /** Of two workers under full load. */
  readonly instanceBytes: number;
  /** What the flagship's events take in a process that has been asked for every key. */
  readonly keptBytes: number;
  /** Events a second that Redis takes, one a call and 1,024 a call. */
  readonly redisEvents: { readonly single: number; readonly batched: number };
  readonly logBytes: number;
  /** Seconds a prediction, and to begin with. */
  readonly read: number;
  readonly report: { readonly start: number; readonly each: number };
  readonly join: number;
  /** A row of the dataset, whether it is trained on, tested with or only looked back at. */
  readonly featureSeconds: number;
  readonly trainingSeconds: number;
  /** Its numbers where it is trained on, 4 bytes each: what the network reads, and so what no trainer can do without. */
  readonly trainingBytes: number;
}

export interface Capacity {
  readonly servingCores: number;
  readonly instances: number;
  /** Of one instance under full load, with all that its event loops keep for lookups. */
  readonly instanceBytes: number;
  /** Of its one thread, while events come one a call. */
  readonly redisShare: number;
  readonly postgresConnections: number;
  readonly logBytesADay: number;
  readonly logDays: number;
  /** All that is kept, every number of it. */
  readonly readSeconds: number;
  /** Of one day. */
  readonly reportSeconds: number;
  readonly joinSeconds: number;
  readonly featureSeconds: number;
  readonly trainingSeconds: number;
  readonly trainingBytes: number;
}

/** So many times the flights of the flagship, each asked about once. */
export function loadOf({ 'flagship-load': flights }: Measurements, times: number): Load {
  const mean = (times * flights.departures) / flights.days / daySeconds;
  const departures = { mean, peak: (times * flights.busiestHour) / 3600 };
  const events = {
    mean: departures.mean * flights.eventsPerDeparture,
    peak: departures.peak * flights.eventsPerDeparture,
  };
  return {
    times,
    predictions: departures,
    events,
    labels: departures,
    trainingRows: times * flights.departures,
  };
}

/** What a request costs that carries one row, one event or one label: no caller collects them. */
export function costsOf(measured: Measurements): Costs {
  const { serving, 'features-online': online, 'prediction-log': log, reports, train, features } = measured;
  const { oneRow } = log.log;
  const redis = online.stores.redis.updatesPerSecond;
  // HTTP around an event or a label was not measured: taken to be as much as a whole prediction whose request brings every feature.
  const http = microsecondsOf(loadNamed(serving.scenarios, '/v1 predict, 1 row'));
  const lookedUp = microsecondsOf(loadNamed(online.serving, 'Redis, 1 worker, 1 rows, with lookups'));
  const secondsOf = (size: number) => {
    const { sketch, report } = reports.bySize[size]!.seconds;
    return sketch + report;
  };
  const [small, large] = [10_000, 1_000_000];
  const each = (secondsOf(large) - secondsOf(small)) / (large - small);
  return {
    prediction: lookedUp + oneRow.answeringMicroseconds + oneRow.writingMicroseconds,
    event: http + 1e6 / redis['1']!,
    label: http + 1e6 / log.labels.perSecond,
    instanceBytes: loadNamed(online.serving, 'memory, 2 workers, 1 rows, with lookups').rssBytes,
    keptBytes: measured['flagship-load'].store.bytes,
    redisEvents: { single: redis['1']!, batched: redis['1024']! },
    logBytes: oneRow.bytesPerRow,
    read: oneRow.secondsToRead / log.rows,
    report: { start: secondsOf(small) - small * each, each },
    join: log.labels.secondsToJoin / log.rows,
    trainingSeconds: train.seconds.total / train.rows.read,
    featureSeconds: features.seconds.total / features.rows.read,
    trainingBytes: (train.rows.trained / train.rows.read) * features.features * 4,
  };
}

export function capacityFor(load: Load, costs: Costs, deployment: Deployment): Capacity {
  const { predictions, events, labels } = load;
  const servingCores =
    (predictions.peak * costs.prediction + events.peak * costs.event + labels.peak * costs.label) / 1e6;
  const needed = Math.ceil(servingCores / (deployment.cores * deployment.utilisation));
  const instances = Math.max(deployment.fewest, needed);
  const aDay = predictions.mean * daySeconds;
  const logBytesADay = aDay * costs.logBytes;
  const logDays = Math.min(deployment.logDays, deployment.logBytes / logBytesADay);
  return {
    servingCores,
    instances,
    instanceBytes: costs.instanceBytes + deployment.workers * load.times * costs.keptBytes,
    redisShare: events.peak / costs.redisEvents.single,
    postgresConnections: connectionsFor(instances, deployment),
    logBytesADay,
    logDays,
    readSeconds: logDays * aDay * costs.read,
    reportSeconds: costs.report.start + aDay * costs.report.each,
    joinSeconds: aDay * costs.join,
    trainingSeconds: load.trainingRows * costs.trainingSeconds,
    featureSeconds: load.trainingRows * costs.featureSeconds,
    trainingBytes: load.trainingRows * costs.trainingBytes,
  };
}

/** With every trainer that the scaler may start, and the controller. */
function connectionsFor(instances: number, { workers, trainers }: Deployment): number {
  return connectionsEach * (instances * workers + trainers + 1);
}

/** How many instances of serving so many connections are enough for. */
export function instancesWithin(connections: number, { workers, trainers }: Deployment): number {
  return Math.floor((connections / connectionsEach - trainers - 1) / workers);
}

// The tables of docs/scaling.md, and how they get into it: between <!-- NAME --> and <!-- end of NAME -->.

import { type Capacity, capacityFor, costsOf, instancesWithin, loadOf } from './capacity.ts';
import type { Deployment } from './deployment.ts';
import { loadNamed, type Measurements, microsecondsOf } from './measurements.ts';
import { bytes, duration, exact, percent, rounded } from './units.ts';

const factors = [1, 10, 100, 1_000] as const;
/** What PostgreSQL allows as it comes. */
const postgresConnections = 100;

type Row = readonly string[];

export function tablesOf(measured: Measurements, deployment: Deployment): Readonly<Record<string, string>> {
  return {
    baseline: table(
      '---:',
      ['', 'a day', 'a second, mean', 'a second, busiest hour'],
      baselineRows(measured),
    ),
    costs: table('---', ['', 'measured', 'by'], costRows(measured)),
    limits: table(
      '---',
      ['what', 'takes', 'is full at so many times the flagship'],
      limitRows(measured, deployment),
    ),
    model: table(
      '---:',
      ['', ...factors.map((factor) => `× ${exact(factor)}`)],
      modelRows(measured, deployment),
    ),
  };
}

/** Throws where the text has no place for a table. */
export function withTables(text: string, tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables).reduce((all, [name, content]) => {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end of ${name} -->)`);
    if (!place.test(all)) throw new Error(`docs/scaling.md has no place for the table "${name}".`);
    return all.replace(place, (_all, begin: string, end: string) => `${begin}\n${content}\n${end}`);
  }, text);
}

function table(alignment: '---' | '---:', head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |\n`.replaceAll('|  |', '| |');
  const rule = head.map((_cell, i) => (i === 0 ? '---' : alignment));
  return [head, rule, ...rows].map(line).join('');
}

function baselineRows(measured: Measurements): readonly Row[] {
  const load = loadOf(measured, 1);
  const row = (name: string, { mean, peak }: { mean: number; peak: number }) => [
    name,
    exact(Math.round(mean * 86_400)),
    rounded(mean),
    rounded(peak),
  ];
  return [
    row('predictions, one when a flight departs', load.predictions),
    row('events, a departure and an arrival', load.events),
    row('labels, one when it has landed', load.labels),
  ];
}

function costRows(measured: Measurements): readonly Row[] {
  const { serving, 'features-online': online, 'prediction-log': log } = measured;
  const { features, train, recalibration, soak, overload } = measured;
  const by = (name: string) => `\`npm run bench:${name}\``;
  const request = (name: string, title: string) => [
    title,
    `${exact(microsecondsOf(loadNamed(serving.scenarios, name)))} µs of a core`,
    by('serving'),
  ];
  const lookup = (store: string, title: string) => {
    const of = (side: string) =>
      microsecondsOf(loadNamed(online.serving, `${store}, 1 worker, 1 rows, ${side} lookups`));
    return [
      `one row whose aggregates are looked up, ${title}`,
      `${exact(of('with'))} µs, against ${exact(of('without'))} with all of them given`,
      by('features-online'),
    ];
  };
  const updates = (store: 'memory' | 'redis', title: string) => {
    const { '1': single, '1024': batched } = online.stores[store].updatesPerSecond;
    return [
      `events a second, ${title}`,
      `${exact(single!)} one a call, ${exact(batched!)} 1,024 a call`,
      by('features-online'),
    ];
  };
  const memory = (name: string, title: string) => [
    title,
    bytes(loadNamed(online.serving, name).rssBytes),
    by('features-online'),
  ];
  const { oneRow, batches } = log.log;
  const costs = costsOf(measured);
  const kept = measured['flagship-load'].store;
  const { retrained, weeks } = recalibration;
  const slowest = Math.max(...weeks.map((week) => week.recalibration.seconds));
  const goodput = overload.results.map(({ goodputToPeak }) => goodputToPeak);
  return [
    request('/v1 predict, 1 row', '`/v1`, 1 row, every feature given'),
    request('/v2 JSON, 1 row', '`/v2` JSON, 1 row'),
    request('/v2 JSON, 32 rows', '`/v2` JSON, 32 rows'),
    request('/v2 binary, 32 rows', '`/v2` binary, 32 rows'),
    request('/v2 JSON, 1,024 rows', '`/v2` JSON, 1,024 rows'),
    request('/v2 binary, 1,024 rows', '`/v2` binary, 1,024 rows'),
    lookup('memory', 'store in memory'),
    lookup('Redis', 'store in Redis'),
    updates('memory', 'store in memory'),
    updates('redis', 'store in Redis'),
    [
      `${exact(kept.events)} events of ${exact(kept.days)} days, in a process that keeps all of them`,
      bytes(kept.bytes),
      '`npm run bench:flagship-load`',
    ],
    memory('Redis, 1 worker, 1 rows, with lookups', 'memory of an instance under full load, one worker'),
    memory('memory, 2 workers, 1 rows, with lookups', 'two workers'),
    [
      `memory of one worker at most, ${exact(soak.swaps)} swaps of a version at 1,000 requests a second`,
      `${bytes(soak.rssBytes.most)}, ${exact(soak.requests.failed)} failed, p99 ${exact(soak.latencyMs.p99)} ms`,
      by('soak'),
    ],
    [
      'answers in time at twice the load that is sustained, three kinds of request',
      `${percent(Math.min(...goodput))} to ${percent(Math.max(...goodput))} of the peak`,
      by('overload'),
    ],
    [
      'a prediction in the log, both threads',
      `${exact(oneRow.answeringMicroseconds + oneRow.writingMicroseconds)} µs, ${exact(oneRow.bytesPerRow)} bytes; in batches ${exact(batches.answeringMicroseconds + batches.writingMicroseconds)} µs, ${exact(batches.bytesPerRow)} bytes`,
      by('prediction-log'),
    ],
    ['a million of them, every number read once', `${exact(costs.read * 1e6)} s`, by('prediction-log')],
    [
      'labels, 100 a call',
      `${exact(log.labels.perSecond)} a second; a million joined with their predictions in ${exact(costs.join * 1e6)} s`,
      by('prediction-log'),
    ],
    [
      'a report',
      `${exact(costs.report.start)} s, and ${exact(costs.report.each * 1e6)} s for each million predictions`,
      by('reports'),
    ],
    [
      `features of ${exact(features.rows.read)} flights`,
      `${exact(features.seconds.total)} s, ${bytes(features.peakRssBytes)}`,
      by('features'),
    ],
    [
      `training on ${exact(train.rows.trained)} rows, all of it`,
      `${exact(train.seconds.total)} s, of which the network ${exact(train.seconds.train)} s; ${bytes(train.peakRssBytes)}`,
      by('train'),
    ],
    [
      `retraining on ${exact(retrained.rows.trained)} rows; recalibration`,
      `${exact(retrained.seconds)} s; up to ${exact(slowest)} s`,
      by('recalibration'),
    ],
  ];
}

/** In the order in which they are reached. */
function limitRows(measured: Measurements, deployment: Deployment): readonly Row[] {
  const { 'features-online': online, 'prediction-log': log } = measured;
  const costs = costsOf(measured);
  const flagship = loadOf(measured, 1);
  const one = capacityFor(flagship, costs, deployment);
  const { logBytes, logDays, tickSeconds, cores, utilisation, most } = deployment;
  const perDay = flagship.predictions.mean * 86_400;
  const daily = (name: string, predictions: number) =>
    [name, `${rounded(predictions)} predictions a day`, predictions / perDay] as const;
  const rate = (name: string, perSecond: number, what: 'predictions' | 'events' | 'labels') =>
    [name, `${exact(perSecond)} ${what} a second`, perSecond / flagship[what].peak] as const;
  const instances = (name: string, count: number) =>
    [name, `${exact(count)} instances`, (count * cores * utilisation) / one.servingCores] as const;
  const lookups = loadNamed(online.serving, 'Redis, 1 worker, 1 rows, with lookups').requestsPerSecond;
  const limits = [
    daily(
      `the controller, if to read all ${exact(logDays)} days takes its ${tickSeconds} s (a bound: it reads some columns)`,
      tickSeconds / costs.read / logDays,
    ),
    daily('the controller, if a day’s report takes a day', (86_400 - costs.report.start) / costs.report.each),
    daily(
      `${bytes(logBytes)} of prediction log, if it is to last ${exact(logDays)} days`,
      logBytes / costs.logBytes / logDays,
    ),
    [
      'a trainer, if it trains on half a year once a day',
      `a training in ${duration(one.trainingSeconds)}`,
      86_400 / one.trainingSeconds,
    ] as const,
    [
      'an instance of serving, if every event loop keeps all that lookups need (a bound)',
      bytes(deployment.memoryBytes),
      (deployment.memoryBytes - costs.instanceBytes) / deployment.workers / costs.keptBytes,
    ] as const,
    rate('Redis, events one a call (a bound: one caller, who waits)', costs.redisEvents.single, 'events'),
    rate('Redis, events 1,024 a call (the same)', costs.redisEvents.batched, 'events'),
    rate('an event loop of serving, rows one a call, looked up in Redis', lookups, 'predictions'),
    rate('the label store, 100 a call', log.labels.perSecond, 'labels'),
    instances(
      `PostgreSQL with ${postgresConnections} connections`,
      instancesWithin(postgresConnections, deployment),
    ),
    instances('serving, as far as its scaler goes', most),
  ];
  return limits
    .toSorted(([, , a], [, , b]) => a - b)
    .map(([name, takes, times]) => [name, takes, rounded(times)]);
}

/** Bold is what the production overlay, as it is, does not give. */
function modelRows(measured: Measurements, deployment: Deployment): readonly Row[] {
  const costs = costsOf(measured);
  const loads = factors.map((factor) => loadOf(measured, factor));
  const needs = loads.map((load) => capacityFor(load, costs, deployment));
  const row = (
    name: string,
    text: (need: Capacity) => string,
    isTooMuch: (need: Capacity) => boolean = () => false,
  ) => [name, ...needs.map((need) => (isTooMuch(need) ? `**${text(need)}**` : text(need)))];
  const rate = (name: 'predictions' | 'events') => [
    `${name} a second, busiest hour`,
    ...loads.map((load) => rounded(load[name].peak)),
  ];
  return [
    rate('predictions'),
    rate('events'),
    row('serving: cores busy', ({ servingCores }) => rounded(servingCores)),
    row(
      `serving: instances of ${deployment.cores} cores, ${deployment.fewest} at least`,
      ({ instances }) => exact(instances),
      ({ instances }) => instances > deployment.most,
    ),
    row(
      'serving: memory of an instance, at most',
      ({ instanceBytes }) => bytes(instanceBytes),
      ({ instanceBytes }) => instanceBytes > deployment.memoryBytes,
    ),
    row(
      'Redis: share of its thread, events one a call, at most',
      ({ redisShare }) => percent(redisShare),
      ({ redisShare }) => redisShare > deployment.utilisation,
    ),
    row(
      'PostgreSQL: connections at most',
      (need) => exact(need.postgresConnections),
      (need) => need.postgresConnections > postgresConnections,
    ),
    row('prediction log: a day', ({ logBytesADay }) => bytes(logBytesADay)),
    row(
      `prediction log: days in ${bytes(deployment.logBytes)}`,
      ({ logDays }) => rounded(logDays),
      ({ logDays }) => logDays < deployment.logDays,
    ),
    row(
      `controller: reading all that is kept, at most; it looks every ${deployment.tickSeconds} s`,
      ({ readSeconds }) => duration(readSeconds),
      ({ readSeconds }) => readSeconds > deployment.tickSeconds,
    ),
    row('controller: a day’s report', ({ reportSeconds }) => duration(reportSeconds)),
    row('controller: a day’s labels joined', ({ joinSeconds }) => duration(joinSeconds)),
    row('trainer: features of half a year', ({ featureSeconds }) => duration(featureSeconds)),
    row(
      'trainer: the network’s rows in memory, at least',
      ({ trainingBytes }) => bytes(trainingBytes),
      ({ trainingBytes }) => trainingBytes > deployment.trainerBytes,
    ),
    row(
      'trainer: a training on half a year',
      ({ trainingSeconds }) => duration(trainingSeconds),
      ({ trainingSeconds }) => trainingSeconds > deployment.trainerPatienceSeconds,
    ),
  ];
}

// npm run bench:overload: twice the load that can be sustained, for a model in the pool of threads and for one on the event loop.
// First the capacity, by a closed loop of the size that gives the most; then an open loop at twice that rate, with a deadline in
// every request. What counts is goodput: answers within their deadline. Short rounds of both take turns, so that a machine that slows
// down slows both; the ratio is that of all answers of the one to all answers of the other, with the standard error that the rounds' own
// ratios give it. A round in which the machine's host kept much of the processors for others is made again.

import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';
import { trainFlagship } from './http/flagship.ts';
import { applyLoad, type Load, type LoadResult } from './http/load.ts';
import { inferBinary, post, type Row } from './http/requests.ts';
import { type ServerProcess, startServer, whenReady } from './http/server-process.ts';
import { importSlowModel, slowRequest } from './http/slow-model.ts';
import { countStolenTime, mostRepeats, mostStolen } from './http/stolen-time.ts';
import { report, withTemporaryHome } from './measure.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 10);
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const deadlineSeconds = 0.5;
/** The dear model: some 1.5 ms a row, so that a run of a few rows is long, and HTTP is little beside it. */
const layers = 400;

/** How a request is answered that was accepted and could not be run in time. */
const missed = '504';

interface Subject {
  readonly name: string;
  readonly requests: readonly Uint8Array[];
}

/** So many callers at once find the capacity: whichever number gives the most answers within the deadline. */
const crowds = [8, 32, 128, 384];
const warmUpSeconds = 3;
/** Before an overload is measured: until the line is as long as deadlines let it be, nobody has to be refused. */
const fillSeconds = 2;
/** As many as a worker takes by default, less some for whoever looks on. */
const connections = 1_000;

await withTemporaryHome(async (home) => {
  const flagship = await trainFlagship(home);
  await importSlowModel(home, layers);
  await using server = await startServer(join(repositoryRoot, 'apps/serving/src/main.ts'), {
    FLIGHTDECK_HOME: home,
    SERVING_PORT: '0',
    SERVING_WORKERS: '1',
    SERVING_POOL_THREADS: '1',
    LOG_LEVEL: 'warn',
  });
  await whenReady(server);

  const headers = { 'request-timeout': String(deadlineSeconds) };
  const { signature, rows } = flagship;
  const batch: Row[] = Array.from({ length: 1024 }, (_, i) => rows[i % rows.length]!);
  const binary = inferBinary(signature.inputs, batch, signature.output.name);
  const subjects: Subject[] = [
    {
      name: 'a dear model in the pool, /v1, 1 row',
      requests: [slowRequest(headers)],
    },
    {
      name: 'the flagship on the event loop, /v2 binary, 1,024 rows',
      requests: [post('/v2/models/flight-delay/infer', binary.body, { ...binary.headers, ...headers })],
    },
    {
      name: 'the flagship on the event loop, /v1, 1 row',
      requests: rows.map((instance) =>
        post('/v1/models/flight-delay/predict', JSON.stringify({ instance }), headers),
      ),
    },
  ];
  const results = [];
  for (const subject of subjects) results.push(await overload(server, subject));
  await report(
    'overload',
    { deadlineMs: deadlineSeconds * 1000, seconds, results },
    {
      goodputAtLeast90PercentOfPeak: results.every(({ goodputToPeak }) => goodputToPeak >= 0.9),
      acceptedP99WithinDeadline: results.every(
        ({ acceptedWithinDeadline }) => acceptedWithinDeadline >= 0.99,
      ),
      refusedWith429Alone: results.every(({ statuses }) =>
        Object.keys(statuses).every((status) => ['200', '429', missed].includes(status)),
      ),
    },
  );
});

async function overload(server: ServerProcess, { name, requests }: Subject) {
  const load = { port: server.port, requests, seconds, warmUpSeconds: 0.5 };
  await applyLoad({ ...load, connections: 32, seconds: warmUpSeconds });
  const crowd = await bestCrowd(load);
  const measured: Round[] = [];
  let repeats = 0;
  while (measured.length < rounds) {
    const stolenShare = countStolenTime();
    const peak = goodput(await applyLoad({ ...load, connections: crowd }));
    const result = await applyLoad({ ...load, connections, rate: 2 * peak, warmUpSeconds: fillSeconds });
    if (stolenShare() > mostStolen && repeats++ < rounds * mostRepeats) continue;
    measured.push({ peak, result, ratio: goodput(result) / peak });
    console.error(`${name}: peak ${peak.toFixed(0)}/s, at twice that ${goodput(result).toFixed(0)}/s`);
  }
  const results = measured.map(({ result }) => result);
  const [peak, kept] = [mean(measured.map((each) => each.peak)), mean(results.map(goodput))];
  const ratios = measured.map((each) => each.ratio);
  return {
    name,
    peakGoodputPerSecond: peak,
    offeredPerSecond: mean(results.map(({ due, seconds: took }) => due / took)),
    goodputPerSecond: kept,
    goodputToPeak: kept / peak,
    standardError: standardErrorOf(ratios),
    goodputToPeakOfEachRound: ratios,
    acceptedP99Ms: percentile(
      results.flatMap(({ latencies }) => [...latencies]),
      0.99,
    ),
    acceptedWithinDeadline: acceptedWithinDeadline(results),
    statuses: totals(results.map(({ statuses }) => statuses)),
    turnedAway: sum(results.map(({ turnedAway }) => turnedAway)),
    broken: sum(results.map(({ broken }) => broken)),
    firstRefusal: results.map(({ firstRefusal }) => firstRefusal).find(Boolean) ?? null,
    loadCpu: mean(results.map(({ cpuSeconds, seconds: took }) => cpuSeconds / took)),
  };
}

/** Chosen once, and measured anew in each round: the best of several noisy figures would be more than there is. */
async function bestCrowd(load: Omit<Load, 'connections'>): Promise<number> {
  const goodputs: number[] = [];
  for (const connections of crowds) goodputs.push(goodput(await applyLoad({ ...load, connections })));
  return crowds[goodputs.indexOf(Math.max(...goodputs))]!;
}

interface Round {
  readonly peak: number;
  readonly result: LoadResult;
  readonly ratio: number;
}

function goodput(result: LoadResult): number {
  return inTime(result) / result.seconds;
}

function inTime({ latencies }: LoadResult): number {
  return latencies.filter((latency) => latency <= deadlineSeconds * 1000).length;
}

/** The share of what was not refused: answers that came in time. */
function acceptedWithinDeadline(results: readonly LoadResult[]): number {
  const accepted = results.map(({ latencies, statuses }) => latencies.length + (statuses[missed] ?? 0));
  return sum(results.map(inTime)) / sum(accepted);
}

function totals(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const keys = new Set(counts.flatMap(Object.keys));
  return Object.fromEntries([...keys].sort().map((key) => [key, sum(counts.map((each) => each[key] ?? 0))]));
}

function standardErrorOf(values: readonly number[]): number {
  const middle = mean(values);
  const squares = sum(values.map((value) => (value - middle) ** 2));
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]!;
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

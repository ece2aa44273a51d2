// npm run bench:serving: what serving costs above its floors, measured beside them in one run: Fastify echoing the same payload,
// and ONNX Runtime running the same batch in a loop. Rounds alternate between the two sides of a ratio, so that a machine that
// slows down slows both; a ratio is the median over the rounds, which are many and short for the same reason.

import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';
import { bareRuntime } from './http/bare-runtime.ts';
import { type Flagship, trainFlagship } from './http/flagship.ts';
import { inferBinary, inferJson, post, type Row } from './http/requests.ts';
import { describe, load, type Measurement, measure, median, middle, type Scenario } from './http/scenario.ts';
import { inferSchema, rowSchema, schemaOf } from './http/schemas.ts';
import { type ServerProcess, startServer, whenReady } from './http/server-process.ts';
import { importSlowModel, slowRequest } from './http/slow-model.ts';
import { report, withTemporaryHome } from './measure.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 1.5);
/** Before the first round: a server that has just started compiles its code for a while. */
const firstWarmUpSeconds = 3;

/** The dear model: some 10 ms a run, so that HTTP and the load are little beside it. */
const slowLayers = 3_000;

/** One side of a ratio: ONNX Runtime alone with so many rows a run, or requests to a server. */
type Side = { readonly name: string; readonly bareRows: number } | Scenario;

await withTemporaryHome(async (home) => {
  const flagship = await trainFlagship(home);
  await importSlowModel(home, slowLayers);
  const serving = (workers: number, variables: Readonly<Record<string, string>> = {}) =>
    startServer(join(repositoryRoot, 'apps/serving/src/main.ts'), {
      FLIGHTDECK_HOME: home,
      SERVING_PORT: '0',
      SERVING_WORKERS: String(workers),
      SERVING_MAX_INSTANCES: '2048',
      LOG_LEVEL: 'warn',
      ...variables,
    });
  await using one = await serving(1);
  await using echoV1 = await echoServer(schemaOf({ instance: rowSchema(flagship) }));
  await using echoV2 = await echoServer(inferSchema);
  await whenReady(one);

  const wire = wireOf(flagship);
  const served = (
    name: string,
    requests: readonly Uint8Array[],
    rowsPerRequest: number,
    connections: number,
    server = one,
  ): Scenario => ({ name, server: () => server, requests, rowsPerRequest, connections });
  const measured = new Map<string, Measurement[]>();

  async function takeTurns(sides: readonly Side[]): Promise<void> {
    for (const side of sides) if ('server' in side) await load(side, firstWarmUpSeconds);
    for (let round = 0; round < rounds; round++) {
      for (const side of sides) {
        const { name } = side;
        const measurement =
          'server' in side
            ? await measure(side, seconds)
            : { ...(await bareRuntime(flagship, side.bareRows, seconds)), name };
        measured.set(name, [...(measured.get(name) ?? []), measurement]);
        console.error(describe(measurement));
      }
    }
  }

  await takeTurns([
    { name: 'bare ONNX Runtime, 1 row', bareRows: 1 },
    { name: 'bare ONNX Runtime, 32 rows', bareRows: 32 },
    { name: 'bare ONNX Runtime, 1,024 rows', bareRows: 1024 },
    served('/v2 binary, 1,024 rows', wire.binary(1024), 1024, 4),
    served('echo of /v1, 1 row', wire.v1Echo, 1, 64, echoV1),
    served('/v1 predict, 1 row', wire.v1, 1, 64),
    served('echo of /v2 JSON, 1 row', wire.v2Echo, 1, 64, echoV2),
    served('/v2 JSON, 1 row', wire.json(1), 1, 64),
    served('/v2 JSON, 32 rows', wire.json(32), 32, 16),
    served('/v2 JSON, 1,024 rows', wire.json(1024), 1024, 4),
    served('/v2 binary, 1 row', wire.binary(1), 1, 64),
    served('/v2 binary, 32 rows', wire.binary(32), 32, 16),
  ]);

  await using two = await serving(2);
  await using logging = await serving(1, { SERVING_PREDICTION_LOG_BYTES: String(2 ** 30) });
  await Promise.all([two, logging].map(whenReady));
  await takeTurns([
    { name: 'bare ONNX Runtime beside two workers', bareRows: 1024 },
    served('two workers, /v2 binary, 1,024 rows', wire.binary(1024), 1024, 8, two),
    served('one worker, /v2 JSON, 1,024 rows', wire.json(1024), 1024, 8),
    served('two workers, /v2 JSON, 1,024 rows', wire.json(1024), 1024, 8, two),
    served('one worker, a dear model', wire.slow, 1, 8),
    served('two workers, a dear model', wire.slow, 1, 8, two),
    served('without a prediction log, /v1, 1 row', wire.v1, 1, 64),
    served('with a prediction log, /v1, 1 row', wire.v1, 1, 64, logging),
  ]);

  const ratio = (name: string, floor: string, of: 'requestsPerSecond' | 'rowsPerSecond') =>
    median(measured.get(name)!.map((one, round) => one[of] / measured.get(floor)![round]![of]));
  const ratios = {
    v1OneRowToEcho: ratio('/v1 predict, 1 row', 'echo of /v1, 1 row', 'requestsPerSecond'),
    v2JsonOneRowToEcho: ratio('/v2 JSON, 1 row', 'echo of /v2 JSON, 1 row', 'requestsPerSecond'),
    v2Binary1024ToBareRuntime: ratio(
      '/v2 binary, 1,024 rows',
      'bare ONNX Runtime, 1,024 rows',
      'rowsPerSecond',
    ),
    twoWorkersV2Binary1024ToBareRuntime: ratio(
      'two workers, /v2 binary, 1,024 rows',
      'bare ONNX Runtime beside two workers',
      'rowsPerSecond',
    ),
    withPredictionLogToWithout: ratio(
      'with a prediction log, /v1, 1 row',
      'without a prediction log, /v1, 1 row',
      'requestsPerSecond',
    ),
    twoWorkersToOneJson: ratio(
      'two workers, /v2 JSON, 1,024 rows',
      'one worker, /v2 JSON, 1,024 rows',
      'requestsPerSecond',
    ),
    twoWorkersToOne: ratio('two workers, a dear model', 'one worker, a dear model', 'requestsPerSecond'),
  };
  await report(
    'serving',
    { rounds, seconds, scenarios: [...measured.values()].map(middle), ratios },
    {
      v1OneRowAtLeast80PercentOfEcho: ratios.v1OneRowToEcho >= 0.8,
      v2JsonOneRowAtLeast80PercentOfEcho: ratios.v2JsonOneRowToEcho >= 0.8,
      // On one core a 100 kB request costs the kernel and HTTP as much again as its run; the server as it comes has both cores.
      v2Binary1024AtLeast85PercentOfBareRuntime: ratios.twoWorkersV2Binary1024ToBareRuntime >= 0.85,
      predictionLogCostsUnder5Percent: ratios.withPredictionLogToWithout >= 0.95,
      // With JSON, one worker's garbage collector keeps a fifth of the second core busy already, and the load another part of it.
      twoWorkersAtLeast18TimesOne: ratios.twoWorkersToOne >= 1.8,
    },
  );
});

function wireOf({ signature, rows }: Flagship) {
  const path = '/v2/models/flight-delay/infer';
  const batch = (size: number): Row[] => Array.from({ length: size }, (_, i) => rows[i % rows.length]!);
  const starts = [0, 7, 14, 21];
  const bodies = rows.map((instance) => JSON.stringify({ instance }));
  const json = (size: number) =>
    starts.map((start) => inferJson(signature.inputs, batch(size + start).slice(start)));
  return {
    v1: bodies.map((body) => post('/v1/models/flight-delay/predict', body)),
    v1Echo: bodies.map((body) => post('/echo', body)),
    v2Echo: json(1).map((body) => post('/echo', body)),
    slow: [slowRequest()],
    json: (size: number) => json(size).map((body) => post(path, body)),
    binary: (size: number) =>
      starts.map((start) => {
        const { body, headers } = inferBinary(
          signature.inputs,
          batch(size + start).slice(start),
          signature.output.name,
        );
        return post(path, body, headers);
      }),
  };
}

function echoServer(schema: object): Promise<ServerProcess> {
  return startServer(join(import.meta.dirname, 'http', 'echo-server.child.ts'), {
    ECHO_SCHEMA: JSON.stringify(schema),
  });
}

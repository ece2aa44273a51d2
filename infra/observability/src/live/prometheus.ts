// A real Prometheus with the configuration and the rules of infra/prometheus, and the Alertmanager that it sends to. Only the places are
// others, and it looks every second.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { infra } from '../promtool.ts';
import { rulesFolder } from '../rules.ts';
import { freePort, type Program, startProgram } from './processes.ts';

export interface Prometheus {
  /** Values of the answer, one a series; throws what Prometheus has against the query. */
  query(expr: string): Promise<readonly number[]>;
  /** "job: what is wrong" for each target that is not up. */
  ailing(): Promise<readonly string[]>;
  /** Names of rules whose evaluation failed, with the reason. */
  failedRules(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

interface ScrapeConfig {
  readonly job_name: string;
  readonly dns_sd_configs?: unknown;
  readonly authorization?: unknown;
}

const vector = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const targets = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ scrapePool: z.string(), health: z.string(), lastError: z.string() })),
  }),
});
const groups = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
      }),
    ),
  }),
});

export async function startPrometheus(local: Readonly<Record<string, string>>): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-prometheus-'));
  const alertmanagerPort = await freePort();
  const address = `127.0.0.1:${await freePort()}`;
  const places = { ...local, alertmanager: `127.0.0.1:${alertmanagerPort}`, prometheus: address };
  await writeFile(join(folder, 'key'), 'not-asked-for-on-this-machine');
  await writeFile(join(folder, 'prometheus.yml'), await localConfig(places, join(folder, 'key')));
  const running = [await startAlertmanager(places.alertmanager, folder)];
  const prometheus = startProgram(
    'prometheus',
    [
      ...[`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`],
      `--web.listen-address=${address}`,
    ],
    { PATH: process.env.PATH },
  );
  running.push(prometheus);
  await prometheus.said(/Server is ready to receive web requests/);
  const ask = async (path: string, parameters: Record<string, string> = {}) => {
    const answer = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${parameters.query}: ${JSON.stringify(body)}`);
    return body;
  };
  return {
    query: async (query) =>
      vector.parse(await ask('query', { query })).data.result.map(({ value }) => Number(value[1])),
    ailing: async () =>
      targets
        .parse(await ask('targets'))
        .data.activeTargets.filter(({ health }) => health !== 'up')
        .map(({ scrapePool, health, lastError }) => `${scrapePool}: ${health} ${lastError}`),
    failedRules: async () =>
      groups
        .parse(await ask('rules'))
        .data.groups.flatMap(({ rules }) => rules)
        .filter(({ health }) => health === 'err')
        .map(({ name, lastError }) => `${name}: ${lastError}`),
    async stop() {
      for (const program of running.toReversed()) await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function localConfig(places: Readonly<Record<string, string>>, key: string): Promise<string> {
  const declared = parse(await readFile(join(infra, 'prometheus/prometheus.yml'), 'utf8'));
  const scrapes = (declared.scrape_configs as readonly ScrapeConfig[]).map(
    ({ dns_sd_configs: _names, authorization, ...scrape }) => ({
      ...scrape,
      ...(authorization !== undefined && { authorization: { credentials_file: key } }),
      static_configs: [{ targets: [places[scrape.job_name]] }],
    }),
  );
  return stringify({
    ...declared,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [`${rulesFolder}/*.yml`],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [places.alertmanager] }] }] },
    scrape_configs: scrapes,
  });
}

/** Its webhook leads nowhere here: the controller's own test follows it. */
async function startAlertmanager(address: string, folder: string): Promise<Program> {
  const storage = join(folder, 'alertmanager');
  await mkdir(storage);
  const program = startProgram(
    'prometheus-alertmanager',
    [
      ...[`--config.file=${infra}/alertmanager/alertmanager.yml`, `--storage.path=${storage}`],
      ...[`--web.listen-address=${address}`, '--cluster.listen-address='],
    ],
    { PATH: process.env.PATH },
  );
  await program.said(/address=127/);
  return program;
}

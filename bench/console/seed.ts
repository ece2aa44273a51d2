// Fills a new state directory with a long history: the demo's, again and again, through the stores' own functions, until there are as
// many versions, runs and predictions as are wanted.

import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FlightdeckError, isSystemError } from '@flightdeck/core';
import { type ModelVersion, openRegistry, type Registry } from '@flightdeck/registry';
import { type DemoLog, readDemoLog } from './demo-log.ts';
import { type Repeat, seedLog, shiftOf } from './seed-log.ts';
import {
  readStory,
  readTemplates,
  seedReports,
  seedRun,
  seedStory,
  seedVersion,
  type Template,
} from './seed-registry.ts';

export interface SeedSizes {
  readonly versions: number;
  readonly runs: number;
  readonly predictions: number;
}

export interface SeedOptions {
  /** Where a demo has left its state. It is only read. */
  readonly from: string;
  /** New, or empty. */
  readonly into: string;
  readonly sizes: SeedSizes;
  readonly tell: (line: string) => void;
}

/** What there is in the end; at least what was wanted. DEMO_MISSING, FOLDER_NOT_EMPTY. */
export async function seedKit({ from, into, sizes, tell }: SeedOptions): Promise<SeedSizes> {
  await assertEmpty(into);
  await copyDemo(from, into);
  const registry = await openRegistry({ home: into });
  try {
    const [model] = (await registry.endpoints.list()).map((endpoint) => endpoint.model);
    if (model === undefined) throw demoMissing(from);
    const demo = await readDemoLog(into, model);
    const repeats = await seedVersions(registry, model, demo, sizes, tell);
    tell(`${repeats.length} times the demo's ${demo.rows} predictions, and their labels`);
    await seedLog(into, model, demo, repeats);
    const runs = await seedRuns(registry, model, sizes.runs, tell);
    const versions = (await registry.versions.list(model)).length;
    return { versions, runs, predictions: demo.rows * (1 + repeats.length) };
  } finally {
    await registry.close();
  }
}

async function assertEmpty(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    throw error;
  }
  throw new FlightdeckError(
    'FOLDER_NOT_EMPTY',
    `There is something in ${folder} already, and a seed is for a new state directory. Name a new or empty folder.`,
  );
}

async function copyDemo(from: string, into: string): Promise<void> {
  if (!existsSync(join(from, 'registry.sqlite'))) throw demoMissing(from);
  await mkdir(into, { recursive: true });
  // Whose it is, and what was up on it, are not ours; nor what its broker remembers.
  const isState = (path: string) => !/\.lock$|\.pid$|\/logs$|\.reading-/.test(path);
  await cp(from, into, { recursive: true, filter: isState });
}

function demoMissing(from: string): FlightdeckError {
  return new FlightdeckError(
    'DEMO_MISSING',
    `There is no demo's state in ${from}. Run \`npm run demo -- --rows 20000\` first, or name another place with --from.`,
  );
}

/** The demo's champions, one after the other, over and over; the last times are those that have traffic. */
async function seedVersions(
  registry: Registry,
  model: string,
  demo: DemoLog,
  wanted: SeedSizes,
  tell: SeedOptions['tell'],
): Promise<readonly Repeat[]> {
  const templates = await readTemplates(registry, model);
  const story = await readStory(registry, model);
  const present = (await registry.versions.list(model)).length;
  const times = Math.ceil(Math.max(0, wanted.versions - present) / templates.length);
  const withTraffic = Math.ceil(Math.max(0, wanted.predictions - demo.rows) / demo.rows);
  tell(`${times * templates.length} versions of ${model}`);
  const repeats: Repeat[] = [];
  for (let time = 1; time <= times; time++) {
    const made: ModelVersion[] = [];
    for (const [index, template] of templates.entries())
      made.push(await seedVersion(registry, { number: time * templates.length + index, template }));
    await seedStory(registry, story, [made[0]!, made.at(-1)!]);
    if (time <= times - withTraffic) continue;
    const number = time - (times - withTraffic);
    const versions = new Map(templates.map(({ version }, index) => [version.version, made[index]!.version]));
    for (const template of templates)
      await seedReports(registry, template, versions.get(template.version.version)!, number * shiftOf(demo));
    repeats.push({ number, versions });
  }
  return repeats;
}

/** Runs that ended in no version: the trials and the failures between. */
async function seedRuns(
  registry: Registry,
  model: string,
  wanted: number,
  tell: SeedOptions['tell'],
): Promise<number> {
  const present = (await registry.runs.list({ limit: wanted })).length;
  const [template] = await readTemplates(registry, model);
  tell(`${wanted - present} runs`);
  for (let number = present; number < wanted; number++)
    await seedRun(registry, { number: 1_000_000 + number, template: template as Template }, 'alone');
  return Math.max(present, wanted);
}

/** Of the demo's own kit: `demo` below the state directory. */
export function demoHome(root: string, home: string | undefined): string {
  return join(home ?? join(root, '.flightdeck'), 'demo');
}

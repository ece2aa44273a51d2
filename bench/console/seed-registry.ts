// The registry of a seeded kit: runs with their series, versions with their bundles, moves of the champion, rollouts, decisions and
// reports, each made from one of the demo's by the registry's own functions.

import { seededRandom } from '@flightdeck/core';
import type { Report } from '@flightdeck/monitoring';
import {
  type BundleFiles,
  bundleFiles,
  type Decision,
  type Json,
  type ModelVersion,
  type Procedure,
  type Registry,
  type Run,
  type StoredReport,
} from '@flightdeck/registry';

/** What the demo has left of one version that was champion. */
export interface Template {
  readonly version: ModelVersion;
  readonly run: Run;
  readonly files: BundleFiles;
  readonly reports: readonly StoredReport[];
}

export async function readTemplates(registry: Registry, model: string): Promise<readonly Template[]> {
  const moves = await registry.aliases.transitions(model, 'champion');
  const champions = [...new Set(moves.map(({ to }) => to))];
  return Promise.all(champions.map((version) => readTemplate(registry, model, version)));
}

async function readTemplate(registry: Registry, model: string, number: number): Promise<Template> {
  const version = await registry.versions.get(model, number);
  const bundle = await registry.versions.open(version);
  const files = await Promise.all(
    version.files.map(async ({ path }) => [path, await bundle.read(path)] as const),
  );
  return {
    version,
    run: await registry.runs.get(version.runId),
    files: Object.fromEntries(files),
    reports: await registry.reports.list({ version: number, limit: 1_000 }),
  };
}

/** Numbers of a copy differ from its template's by a few hundredths, so that lists and plots have something to tell apart. */
export interface Copy {
  readonly number: number;
  readonly template: Template;
}

const epochs = 10;

/** A run with its loss curves; of those that end in no version every seventh fails. */
export async function seedRun(
  { runs }: Registry,
  { number, template }: Copy,
  ends: 'with a version' | 'alone',
): Promise<string> {
  const { run } = template;
  const random = seededRandom(number);
  const id = `seed-run-${number}`;
  const parameters = {
    ...(run.parameters as Record<string, Json>),
    learningRate: 10 ** (-4 + 2 * random.uniform()),
  };
  await runs.start({ id, model: run.model, parameters, lineage: { ...run.lineage, seed: number } });
  const steps = Array.from({ length: epochs }, (_, step) => step + 1);
  const curve = (name: string, floor: number) =>
    steps.map((step) => ({ name, step, value: floor + 0.4 / step + 0.01 * random.uniform() }));
  await runs.logMetrics(id, [...curve('trainingLoss', 0.2), ...curve('validationLoss', 0.24)]);
  if (ends === 'alone' && number % 7 === 0)
    await runs.fail(id, { code: 'RUN_DIVERGED', message: 'The loss was not a number after epoch 10.' });
  else await runs.finish(id, jittered(template.version.metrics, number));
  return id;
}

function jittered(metrics: Readonly<Record<string, number>>, seed: number): Record<string, number> {
  const random = seededRandom(seed);
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, value * (1 + 0.02 * (random.uniform() - 0.5))]),
  );
}

/** The bundle is the template's but for a line of its model card: large files are stored once. */
export async function seedVersion(registry: Registry, copy: Copy): Promise<ModelVersion> {
  const { version, files } = copy.template;
  const runId = await seedRun(registry, copy, 'with a version');
  return registry.versions.register({
    model: version.model,
    runId,
    files: { ...files, [bundleFiles.modelCard]: `${cardOf(files)}\nSeeded, number ${copy.number}.\n` },
    metrics: jittered(version.metrics, copy.number),
    gate: version.gate,
    createdBy: 'seed',
  });
}

function cardOf(files: BundleFiles): string {
  return Buffer.from(files[bundleFiles.modelCard] ?? '').toString();
}

/** The reports that the template's traffic got, about the same traffic `shift` later. */
export async function seedReports(
  { reports }: Registry,
  { reports: templates }: Template,
  version: number,
  shift: number,
): Promise<void> {
  for (const report of templates) {
    const content = report.content as unknown as Report;
    const window = { from: content.window.from + shift, to: content.window.to + shift };
    await reports.put({
      ...report,
      version,
      from: new Date(window.from).toISOString(),
      until: new Date(window.to).toISOString(),
      content: { ...content, version, window, madeAt: content.madeAt + shift } as unknown as Json,
    });
  }
}

/** What went on while the demo's last champion became one: told again of other versions. */
export interface Story {
  readonly decisions: readonly Decision[];
  readonly rollout: Procedure | undefined;
}

export async function readStory({ decisions, rollouts }: Registry, model: string): Promise<Story> {
  const all = await decisions.list({ model, limit: 1_000 });
  const ended = (await rollouts.list({ limit: 100 })).find(({ status }) => status === 'full');
  // Those that hand a job to the queue would hand it in again.
  const told = all.filter(({ kind }) => kind !== 'retrain' && kind !== 'recalibrate');
  return { decisions: told.toReversed(), rollout: ended };
}

export async function seedStory(
  { decisions, rollouts, aliases }: Registry,
  { decisions: told, rollout }: Story,
  [before, after]: readonly [ModelVersion, ModelVersion],
): Promise<void> {
  const { model } = after;
  for (const { version } of [before, after])
    await aliases.set({
      model,
      alias: 'champion',
      version,
      actor: 'seed',
      reason: 'a seeded kit has a long history',
    });
  for (const { kind, reason, evidence } of told)
    await decisions.append({ model, kind, actor: 'seed', reason, evidence: withoutKey(evidence) });
  if (rollout === undefined) return;
  const content = rollout.content as { readonly state: Record<string, Json> };
  const id = `${rollout.id}-${after.version}`;
  const state = { ...content.state, id, champion: before.version, candidate: after.version };
  const seeded = { ...content, state };
  const started = await rollouts.start(id, rollout.endpoint, seeded);
  await rollouts.save(started, { status: rollout.status, content: seeded });
}

/** The controller looks by its key whether it has decided something already. */
function withoutKey(evidence: Json): Json {
  const { key: _, ...others } = (evidence ?? {}) as Record<string, Json>;
  return others;
}

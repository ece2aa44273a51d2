// `demo`: the whole line once, from the data to answers over HTTP, measured; then a report, and everything is stopped.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ModelDefinition } from '@flightdeck/training';
import { loadModel } from '@flightdeck/training/catalogue';
import { type HoldoutRow, holdoutRowSchema, type TrainingResult } from '@flightdeck/training/result';
import { z } from 'zod';
import type { DemoOptions } from '../commands/demo.ts';
import { type CliContext, modelOrOnly, withRegistry } from '../context.ts';
import { unlessItEnds } from '../kit/child.ts';
import { Interrupted, interruptibly, untilAborted } from '../kit/interruption.ts';
import { type Server, startServing } from '../kit/processes.ts';
import { take } from '../progress.ts';
import { untilReady } from '../serving-client.ts';
import { trainInWorkshop } from '../training-session.ts';
import { openWorkshop } from '../workshop.ts';
import { type MemoryWatch, watchMemory } from './peak-memory.ts';
import { type Answers, askAll } from './questions.ts';
import { writeReport } from './report-files.ts';
import { screen } from './screen.ts';
import { summaryOf } from './summary.ts';

export async function demo(context: CliContext, options: DemoOptions): Promise<void> {
  const model = await loadModel(modelOrOnly(options.model));
  await interruptibly((signal) => run(context, options, model, signal));
}

async function run(
  context: CliContext,
  options: DemoOptions,
  model: ModelDefinition,
  signal: AbortSignal,
): Promise<void> {
  const { terminal } = context;
  const clock = startStopwatch();
  const memory = watchMemory();
  const workshop = await openWorkshop(context, signal);
  let serving: Server | null = null;
  try {
    clock.lap('start');
    const { result } = await trainInWorkshop(workshop, jobOf(options, model), model, { terminal, signal });
    clock.skip(); // the run timed its own stages
    if (await hasChampion(context, model.name)) serving = await serve(context, signal);
    clock.lap('serve');
    const asked = await ask(context, serving, model, result, memory);
    clock.lap('ask');
    signal.throwIfAborted();

    const seconds = clock.seconds();
    const summary = summaryOf({ result, broker: workshop.broker.kind, seconds, ...asked });
    const files = await writeReport(context, summary, result, model);
    const seen = { summary, result, model, files, answers: asked.answers, url: serving?.url ?? null };
    terminal.print(options.json ? JSON.stringify(summary, null, 2) : screen(seen, terminal.colours));
    if (options.keep && serving) await keep(context, serving, signal);
  } finally {
    await serving?.stop();
    await workshop.close();
  }
}

/** A fresh key: the demo is there to train, not to find an earlier run. */
function jobOf({ rows, seed }: DemoOptions, { name }: ModelDefinition) {
  return {
    model: name,
    rows,
    seed,
    actor: 'demo',
    reason: 'flightdeck demo',
    promote: true,
    key: randomUUID(),
  };
}

function hasChampion(context: CliContext, model: string): Promise<boolean> {
  return withRegistry(context, async (registry) =>
    (await registry.aliases.list(model)).some(({ alias }) => alias === 'champion'),
  );
}

/** On a free port, so that the demo does not mind a kit that is up. */
function serve({ env, terminal }: CliContext, signal: AbortSignal): Promise<Server> {
  return take(terminal, {
    title: 'Starting the server',
    async run() {
      const serving = await startServing(env, 0, signal);
      try {
        await unlessItEnds(serving, untilReady(serving.url, { signal }));
        return serving;
      } catch (error) {
        await serving.stop();
        throw error;
      }
    },
    done: ({ url }) => `Serving at ${url}`,
  });
}

interface Asked {
  readonly answers: Answers | null;
  readonly peakRssBytes: number | null;
}

/** By now the largest part is over; looking at every process while answers are timed would disturb them. */
async function ask(
  { terminal }: CliContext,
  serving: Server | null,
  { name }: ModelDefinition,
  { holdout }: TrainingResult,
  memory: MemoryWatch,
): Promise<Asked> {
  const peakRssBytes = await memory.stop();
  if (serving === null) return { answers: null, peakRssBytes };
  const rows = await readHoldout(holdout);
  const answers = await take(terminal, {
    title: `Asking for ${rows.length} held-out rows`,
    run: () => unlessItEnds(serving, askAll(serving.url, name, rows)),
    done: ({ requests }) => `Asked for ${rows.length} held-out rows, in ${requests} requests`,
  });
  return { answers, peakRssBytes };
}

async function readHoldout(path: string): Promise<readonly HoldoutRow[]> {
  return z
    .array(holdoutRowSchema)
    .min(1)
    .parse(JSON.parse(await readFile(path, 'utf8')));
}

async function keep({ terminal }: CliContext, serving: Server, signal: AbortSignal): Promise<void> {
  terminal.note(`The server stays up at ${serving.url} until Ctrl-C.`);
  await unlessItEnds(serving, untilAborted(signal)).catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error; // that is how it is meant to end
  });
}

/** Seconds from one lap to the next, and from the start to the last. */
function startStopwatch() {
  const started = performance.now();
  const laps: Record<string, number> = {};
  let last = started;
  const skip = () => {
    last = performance.now();
  };
  return {
    skip,
    lap(name: string) {
      laps[name] = (performance.now() - last) / 1000;
      skip();
    },
    seconds: () => ({ ...laps, total: (last - started) / 1000 }),
  };
}

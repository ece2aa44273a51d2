// `demo`: the whole line once, from the data to answers over HTTP, measured; then the loop, on a replayed spring; then a report, and
// everything is stopped.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FlightdeckError } from '@flightdeck/core';
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
import { playLoop } from './loop/loop.ts';
import type { LoopSummary } from './loop-schema.ts';
import { watchMemory } from './peak-memory.ts';
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
  let serving: Server | null = null;
  try {
    const { result, broker } = await train(context, options, model, { clock, signal });
    if (await hasChampion(context, model.name)) serving = await serve(context, signal);
    clock.lap('serve');
    const answers = await ask(context, serving, model, result);
    clock.lap('ask');
    signal.throwIfAborted();
    const loop = options.loop ? await loopOf(context, options, model, { answers, signal }) : null;
    if (loop !== null) clock.lap('loop');

    const peakRssBytes = await memory.stop();
    const summary = summaryOf({ result, answers, broker, peakRssBytes, loop, seconds: clock.seconds() });
    const files = await writeReport(context, summary, result, model);
    const seen = { summary, result, model, files, answers, url: serving?.url ?? null };
    terminal.print(options.json ? JSON.stringify(summary, null, 2) : screen(seen, terminal.colours));
    if (options.keep && serving) await keep(context, serving, signal);
  } finally {
    await serving?.stop();
  }
}

interface Timed {
  readonly clock: Stopwatch;
  readonly signal: AbortSignal;
}

/** The workshop is closed behind it: the loop has a trainer of its own, and the machine is small. */
async function train(
  context: CliContext,
  options: DemoOptions,
  model: ModelDefinition,
  { clock, signal }: Timed,
) {
  const workshop = await openWorkshop(context, signal);
  try {
    clock.lap('start');
    const { terminal } = context;
    const { result } = await trainInWorkshop(workshop, jobOf(options, model), model, { terminal, signal });
    return { result, broker: workshop.broker.kind };
  } finally {
    await workshop.close();
    clock.skip(); // the run timed its own stages
  }
}

/** Null, with the reason told, where there is nothing to serve or nothing to replay. */
async function loopOf(
  context: CliContext,
  { rows }: DemoOptions,
  model: ModelDefinition,
  { answers, signal }: { answers: Answers | null; signal: AbortSignal },
): Promise<LoopSummary | null> {
  if (answers === null) {
    context.terminal.note('The loop is left out: there is no champion to serve.');
    return null;
  }
  try {
    return await playLoop(context, { model, rows, signal });
  } catch (error) {
    if (!(error instanceof FlightdeckError && error.code === 'LOOP_NO_TRAFFIC')) throw error;
    context.terminal.note(`The loop is left out. ${error.message}`);
    return null;
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

async function ask(
  { terminal }: CliContext,
  serving: Server | null,
  { name }: ModelDefinition,
  { holdout }: TrainingResult,
): Promise<Answers | null> {
  if (serving === null) return null;
  const rows = await readHoldout(holdout);
  return take(terminal, {
    title: `Asking for ${rows.length} held-out rows`,
    run: () => unlessItEnds(serving, askAll(serving.url, name, rows)),
    done: ({ requests }) => `Asked for ${rows.length} held-out rows, in ${requests} requests`,
  });
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

type Stopwatch = ReturnType<typeof startStopwatch>;

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

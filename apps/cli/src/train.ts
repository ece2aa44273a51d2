// `train`: through the kit that is up, or through a broker and a trainer of its own for the time of the job.

import { randomUUID } from 'node:crypto';
import type { TrainingJob } from '@flightdeck/queue';
import { loadModel } from '@flightdeck/training/catalogue';
import { currentActor } from './actor.ts';
import type { TrainOptions } from './commands/train.ts';
import { type CliContext, exitCodes, modelOrOnly, withRegistry } from './context.ts';
import { count, duration } from './figures.ts';
import { interruptibly } from './kit/interruption.ts';
import { metricTable, verdictText } from './result-screen.ts';
import { renderFacts } from './table.ts';
import type { Colours } from './terminal.ts';
import { type TrainedRun, trainInWorkshop } from './training-session.ts';
import { openWorkshop } from './workshop.ts';

/** Returns the exit code: 3 where the gate did not say pass. */
export async function train(context: CliContext, options: TrainOptions): Promise<number> {
  const { terminal } = context;
  const model = await loadModel(modelOrOnly(options.model));
  if (options.first && (await hasChampion(context, model.name))) {
    terminal.print(`${model.name} has a champion already: nothing to do.`);
    return exitCodes.ok;
  }
  const run = await interruptibly(async (signal) => {
    const workshop = await openWorkshop(context, signal);
    try {
      return await trainInWorkshop(workshop, jobOf(model.name, options), model, { terminal, signal });
    } finally {
      await workshop.close();
    }
  });
  const { result, submitted } = run;
  const existed = submitted === 'completed';
  terminal.print(
    options.json ? JSON.stringify({ existed, ...result }, null, 2) : describe(run, terminal.colours),
  );
  return result.gate.verdict === 'pass' ? exitCodes.ok : exitCodes.notPassed;
}

function hasChampion(context: CliContext, model: string): Promise<boolean> {
  return withRegistry(context, async ({ aliases }) =>
    (await aliases.list(model)).some(({ alias }) => alias === 'champion'),
  );
}

/** Without a key, equal inputs are the same run; with a fresh one they are another. */
function jobOf(model: string, { rows, seed, promote, again }: TrainOptions): TrainingJob {
  const key = again ? randomUUID() : '';
  return { model, rows, seed, actor: currentActor(), reason: 'flightdeck train', promote, key };
}

const notes: Partial<Record<TrainedRun['submitted'], string>> = {
  completed: 'A run with equal inputs is there already, and this is its result. Train anew with --again.',
  active: 'A run with equal inputs was under way; this is its result.',
  waiting: 'A run with equal inputs was waiting already; this is its result.',
  'failed-retried': 'An earlier run with equal inputs had failed; this is a new attempt.',
};

function describe({ result, submitted }: TrainedRun, colours: Colours): string {
  const { model, version, promoted, rows, seconds, backend, seed, gate, runId } = result;
  const total = Object.values(seconds).reduce((sum, part) => sum + part, 0);
  const registered = version === null ? 'none: the gate let none in' : `${model} v${version}`;
  const note = notes[submitted];
  return [
    ...(note === undefined ? [] : [note]),
    renderFacts([
      ['Run', `${runId}, seed ${seed}, ${backend}, ${duration(total)}`],
      [
        'Rows',
        `${count(rows.trained)} trained, ${count(rows.validation)} validation, ${count(rows.test)} test`,
      ],
      ['Gate', [verdictText(result, colours), ...gate.reasons].join('\n')],
      ['Version', promoted ? `${registered}, the champion now` : registered],
    ]),
    '',
    metricTable(result),
  ].join('\n');
}

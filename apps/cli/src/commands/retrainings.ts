// flightdeck retrainings [list|show|cancel|retry|pause|resume]

import type { Command } from 'commander';
import { z } from 'zod';
import type { CliContext } from '../context.ts';
import { controllerClient, controllerOption, withReason } from '../controller-client.ts';
import { moment } from '../figures.ts';
import { renderFacts, renderTable } from '../table.ts';
import { command, jsonOption } from './command.ts';

interface ReadOptions {
  readonly controller: string;
  readonly json?: true;
}

interface WriteOptions extends ReadOptions {
  readonly reason: string;
}

const failure = z.object({ code: z.string(), message: z.string() }).nullable();
/** As the controller lists them; what is not read here is passed on with --json. */
const retraining = z.looseObject({
  id: z.string(),
  job: z.looseObject({
    kind: z.string(),
    model: z.string(),
    actor: z.string(),
    trigger: z.looseObject({ kind: z.string(), reason: z.string() }),
    until: z.number(),
  }),
  state: z.string(),
  submittedAt: z.number(),
  failure,
});
type Retraining = z.infer<typeof retraining>;
const listed = z.looseObject({ paused: z.boolean(), retrainings: z.array(retraining) });
const detailed = retraining.extend({
  stages: z.array(z.looseObject({ stage: z.string(), state: z.string(), failure })),
  logs: z.array(z.string()),
});
const counts = z.looseObject({ paused: z.boolean() });

export function retrainingsCommand(context: CliContext): Command {
  return command('retrainings', 'what the controller has had trained, and what waits', [
    'retrainings',
    'retrainings cancel retraining-0f3a… --reason "wrong labels"',
    'retrainings pause --reason "the machine is needed"',
  ])
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(showCommand(context))
    .addCommand(changeCommand(context, 'cancel', 'end one that waits or runs; nothing of it is registered'))
    .addCommand(changeCommand(context, 'retry', 'start one afresh that failed or was cancelled'))
    .addCommand(holdCommand(context, 'pause', 'let trainers take up nothing more; what runs goes on'))
    .addCommand(holdCommand(context, 'resume', 'let trainers go on'));
}

function listCommand({ env, terminal }: CliContext): Command {
  return command('list', 'list retrainings, newest first', ['retrainings', 'retrainings list --json'])
    .addOption(controllerOption(env))
    .addOption(jsonOption())
    .action(async ({ controller, json }: ReadOptions) => {
      const found = listed.parse(
        await (await controllerClient(controller, env).get('/v1/retrainings')).json(),
      );
      terminal.print(json ? JSON.stringify(found, null, 2) : describeAll(found));
    });
}

function describeAll({ paused, retrainings }: z.infer<typeof listed>): string {
  const head = paused ? ['Trainers are paused: `npx flightdeck retrainings resume` lets them go on.'] : [];
  if (retrainings.length === 0)
    return [...head, 'There are no retrainings yet. Ask for one with `npx flightdeck retrain`.'].join('\n');
  const table = renderTable({
    columns: ['id', 'kind', 'model', 'state', 'submitted', 'because', 'who'],
    rows: retrainings.map(({ id, job, state, submittedAt }) => [
      id,
      job.kind,
      job.model,
      state,
      momentOf(submittedAt),
      job.trigger.kind,
      job.actor,
    ]),
  });
  return [...head, table].join('\n');
}

function showCommand({ env, terminal }: CliContext): Command {
  return command('show <id>', 'show a retraining with its stages and their logs', [
    'retrainings show retraining-0f3a…',
  ])
    .addOption(controllerOption(env))
    .addOption(jsonOption())
    .action(async (id: string, { controller, json }: ReadOptions) => {
      const response = await controllerClient(controller, env).get(pathOf(id));
      const found = detailed.parse(await response.json());
      terminal.print(json ? JSON.stringify(found, null, 2) : describe(found));
    });
}

function describe(found: z.infer<typeof detailed>): string {
  const { stages, logs } = found;
  return [
    facts(found),
    ...(stages.length === 0 ? [] : ['', 'Stages', renderFacts(stages.map(stageFact))]),
    ...(logs.length === 0 ? [] : ['', 'Log', ...logs.map((line) => `  ${line}`)]),
  ].join('\n');
}

function stageFact({ stage, state, failure: why }: z.infer<typeof detailed>['stages'][number]) {
  return [stage, why ? `${state}: ${why.code}: ${why.message}` : state] as const;
}

function facts({ id, job, state, submittedAt, failure: why }: Retraining): string {
  return renderFacts([
    ['Retraining', id],
    ['Kind', `${job.kind} of ${job.model}, on what was known by ${momentOf(job.until)}`],
    ['State', why ? `${state}: ${why.code}: ${why.message}` : state],
    ['Submitted', `${momentOf(submittedAt)} by ${job.actor}`],
    ['Because', `${job.trigger.kind}: ${job.trigger.reason}`],
  ]);
}

function changeCommand({ env, terminal }: CliContext, verb: 'cancel' | 'retry', what: string): Command {
  const made = command(`${verb} <id>`, what, [`retrainings ${verb} retraining-0f3a… --reason "…"`]);
  return withReason(made, env)
    .addOption(jsonOption())
    .action(async (id: string, { controller, reason, json }: WriteOptions) => {
      const client = controllerClient(controller, env);
      const answer = await client.post(`${pathOf(id)}/${verb}`, { reason });
      const { state } = z.looseObject({ state: z.string() }).parse(answer);
      terminal.print(json ? JSON.stringify(answer, null, 2) : `${id} is ${state}.`);
    });
}

function holdCommand({ env, terminal }: CliContext, verb: 'pause' | 'resume', what: string): Command {
  return withReason(command(verb, what, [`retrainings ${verb} --reason "…"`]), env)
    .addOption(jsonOption())
    .action(async ({ controller, reason, json }: WriteOptions) => {
      const client = controllerClient(controller, env);
      const answer = counts.parse(await client.post(`/v1/retrainings/${verb}`, { reason }));
      terminal.print(
        json ? JSON.stringify(answer, null, 2) : `Trainers ${answer.paused ? 'are paused' : 'go on'}.`,
      );
    });
}

function pathOf(id: string): string {
  return `/v1/retrainings/${encodeURIComponent(id)}`;
}

function momentOf(milliseconds: number): string {
  return moment(new Date(milliseconds).toISOString());
}

// flightdeck rollouts [list|show|start|halt|resume|abort]

import { FlightdeckError } from '@flightdeck/core';
import type { Procedure } from '@flightdeck/registry';
import { type RolloutDecision, type RolloutState, rolloutStateSchema } from '@flightdeck/rollout';
import type { Command } from 'commander';
import { z } from 'zod';
import { type CliContext, modelOrOnly, withRegistry } from '../context.ts';
import { controllerClient, withReason } from '../controller-client.ts';
import { moment } from '../figures.ts';
import { renderFacts, renderTable } from '../table.ts';
import { command, jsonOption, wholeNumber } from './command.ts';

interface WriteOptions {
  readonly model?: string;
  readonly reason: string;
  readonly controller: string;
  readonly json?: true;
}

export function rolloutsCommand(context: CliContext): Command {
  return command('rollouts', 'candidates on their way to become champion', [
    'rollouts',
    'rollouts start 3 --reason "trained on May"',
    'rollouts abort --reason "complaints from ORD"',
  ])
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(showCommand(context))
    .addCommand(startCommand(context))
    .addCommand(changeCommand(context, 'halt', 'stop going forward; traffic stays as it is'))
    .addCommand(changeCommand(context, 'resume', 'go on with a halted one'))
    .addCommand(changeCommand(context, 'abort', 'end it: all traffic back to the champion'));
}

function listCommand(context: CliContext): Command {
  return command('list', 'list rollouts, newest first', ['rollouts', 'rollouts list --json'])
    .option('--limit <n>', 'how many at most', wholeNumber(1), 20)
    .addOption(jsonOption())
    .action(async ({ limit, json }: { limit: number; json?: true }) => {
      const found = await withRegistry(context, (registry) => registry.rollouts.list({ limit }));
      context.terminal.print(json ? JSON.stringify(found, null, 2) : describeAll(found));
    });
}

function describeAll(found: readonly Procedure[]): string {
  if (found.length === 0)
    return 'There are no rollouts yet. One begins when the alias challenger moves, or with `npx flightdeck rollouts start`.';
  return renderTable({
    columns: ['id', 'endpoint', 'champion', 'candidate', 'status', 'step', 'since (event time)', 'latest'],
    numeric: [5],
    rows: found.map((procedure) => {
      const { id, champion, candidate, status, step, since, decisions } = stateOf(procedure);
      const versions = [champion, candidate].map((version) => `v${version}`);
      const latest = decisions.at(-1)?.action ?? '-';
      return [id, procedure.endpoint, ...versions, status, String(step), momentOf(since), latest];
    }),
  });
}

function showCommand(context: CliContext): Command {
  return command('show [id]', 'show a rollout with its decisions; without an id, the latest', [
    'rollouts show',
    'rollouts show rollout-0f3a… --json',
  ])
    .addOption(jsonOption())
    .action((id: string | undefined, { json }: { json?: true }) =>
      withRegistry(context, async ({ rollouts }) => {
        const [found] = id === undefined ? await rollouts.list({ limit: 1 }) : [await rollouts.get(id)];
        if (found === undefined) throw noRollout('There is no rollout yet.');
        context.terminal.print(json ? JSON.stringify(found, null, 2) : describe(found));
      }),
    );
}

function describe(procedure: Procedure): string {
  const state = stateOf(procedure);
  return [
    renderFacts([
      ['Rollout', `${state.id} of ${state.model} at endpoint ${procedure.endpoint}`],
      ['Versions', `champion v${state.champion}, candidate v${state.candidate}`],
      ['Status', `${state.status}, step ${state.step} since ${momentOf(state.since)} (event time)`],
    ]),
    '',
    'Decisions',
    ...state.decisions.flatMap(decisionLines),
  ].join('\n');
}

function decisionLines({ at, action, by, why, reasons }: RolloutDecision): string[] {
  return [
    `  ${momentOf(at)}  ${action} by ${by}: ${why}`,
    ...reasons.map(({ verdict, message }) => `    ${verdict}: ${message}`),
  ];
}

function startCommand(context: CliContext): Command {
  const made = command('start [version]', 'roll a version out; without one, the challenger', [
    'rollouts start --reason "it passed its gate"',
    'rollouts start 3 --reason "trained on May"',
  ]).option('--model <name>', 'folder below models/; needed where there are several');
  return withReason(made, context.env)
    .addOption(jsonOption())
    .action(async (reference: string | undefined, { model, reason, controller, json }: WriteOptions) => {
      const name = modelOrOnly(model);
      const version = reference === undefined ? {} : { version: await numberOf(context, name, reference) };
      const client = controllerClient(controller, context.env);
      const answer = await client.post('/v1/rollouts', { model: name, ...version, reason });
      context.terminal.print(json ? JSON.stringify(answer, null, 2) : sentence(answer));
    });
}

async function numberOf(context: CliContext, model: string, reference: string): Promise<number> {
  const found = await withRegistry(context, ({ versions }) => versions.resolve(model, reference));
  return found.version;
}

function changeCommand(context: CliContext, verb: 'halt' | 'resume' | 'abort', what: string): Command {
  const made = command(`${verb} [id]`, `${what}; without an id, the one that runs`, [
    `rollouts ${verb} --reason "…"`,
  ]).option('--model <name>', 'folder below models/; needed where there are several');
  return withReason(made, context.env)
    .addOption(jsonOption())
    .action(async (given: string | undefined, { model, reason, controller, json }: WriteOptions) => {
      const id = given ?? (await runningOf(context, modelOrOnly(model)));
      const client = controllerClient(controller, context.env);
      const answer = await client.post(`/v1/rollouts/${encodeURIComponent(id)}/${verb}`, { reason });
      context.terminal.print(json ? JSON.stringify(answer, null, 2) : sentence(answer));
    });
}

function runningOf(context: CliContext, model: string): Promise<string> {
  return withRegistry(context, async ({ rollouts }) => {
    const running = (await rollouts.list()).find(
      (procedure) => procedure.status === 'running' && stateOf(procedure).model === model,
    );
    if (running) return running.id;
    throw noRollout(`No rollout of ${model} is under way.`);
  });
}

function noRollout(what: string): FlightdeckError {
  return new FlightdeckError(
    'ROLLOUT_NOT_FOUND',
    `${what} Start one with \`npx flightdeck rollouts start\`.`,
  );
}

const headSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  latest: z.looseObject({ why: z.string() }),
});

function sentence(answer: unknown): string {
  const { id, status, latest } = headSchema.parse(answer);
  return `${id} is ${status}. ${latest.why}`;
}

function stateOf({ content }: Procedure): RolloutState {
  return z.object({ state: rolloutStateSchema }).parse(content).state;
}

function momentOf(milliseconds: number): string {
  return moment(new Date(milliseconds).toISOString());
}

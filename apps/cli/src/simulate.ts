// `simulate` and `features warm`: the simulator against a server that is up, with its progress on stderr and its summary on stdout.

import type { SimulateOptions } from './commands/simulate.ts';
import { type CliContext, modelOrOnly } from './context.ts';
import { count, duration } from './figures.ts';
import { interruptibly } from './kit/interruption.ts';
import { type ReplayMessage, type ReplaySummary, replay } from './kit/simulator.ts';
import { take } from './progress.ts';
import { untilReady } from './serving-client.ts';
import { renderFacts } from './table.ts';

export async function runSimulation(context: CliContext, options: SimulateOptions): Promise<void> {
  const { url, from, to, speed, share, warm, json, scenario = [] } = options;
  const scenarios = scenario.map((one) => ({ name: one.name, from: one.from ?? from, to: one.to ?? to }));
  const plan = { ...shape, url, from, to, speed, share, warm: warm === true, scenarios };
  const title = `Replaying ${from} to ${to}`;
  const summary = await replayed(context, { ...plan, model: modelOrOnly(options.model) }, title);
  context.terminal.print(json ? JSON.stringify(summary, null, 2) : describe(summary));
}

export interface WarmOptions {
  readonly model?: string;
  readonly url: string;
  readonly until: string;
  readonly json?: true;
}

/** A replay of next to nothing, which warms up first. */
export async function warmFeatures(context: CliContext, options: WarmOptions): Promise<void> {
  const { url, until, json } = options;
  const to = new Date(Date.parse(until) + 60_000).toISOString();
  const plan = { ...shape, url, from: until, to, warm: true, share: 1e-9, drain: false };
  const title = `Posting what happened before ${until}`;
  const { events } = await replayed(context, { ...plan, model: modelOrOnly(options.model) }, title);
  context.terminal.print(json ? JSON.stringify(events, null, 2) : eventsText(events));
}

/** As callers do who have many rows at once. */
const shape = { rowsPerRequest: 64 };

function replayed(
  { env, terminal }: CliContext,
  plan: Readonly<Record<string, unknown>> & { readonly url: string },
  title: string,
): Promise<ReplaySummary> {
  return interruptibly((signal) =>
    take(terminal, {
      title,
      async run(tell) {
        // A replay waits for a server that is away. One that was never there is a mistake.
        await untilReady(plan.url, { signal, patienceMs: 0 });
        return replay(env, plan, {
          signal,
          onMessage(message) {
            const line = lineOf(message);
            if (line !== null) tell(line);
          },
        });
      },
      done: ({ seconds }) => `Replayed in ${duration(seconds)}`,
    }),
  );
}

/** Null for what nobody needs to read. */
export function lineOf(message: ReplayMessage): string | null {
  switch (message.kind) {
    case 'progress':
      return `${message.at.slice(0, 16)}Z  ${count(message.predicted)} predictions`;
    case 'away':
      return `Serving is away (${message.route}: ${message.reason})`;
    case 'back':
      return `Serving is back, after ${duration(message.afterMs / 1000)}`;
    case 'scenario':
      return `${message.scenario} ${message.state} at ${message.at.slice(0, 16)}Z`;
    case 'ask':
      return `${message.scenario} ${message.state}: what has to be done for it is done by \`npx flightdeck drill\` only`;
    default:
      return null;
  }
}

function describe({ position, seconds, total, events, labels }: ReplaySummary): string {
  const refusals = Object.entries(total.codes).map(([code, times]) => `${code} ${count(times)} times`);
  return renderFacts([
    ['Replayed', `up to ${position}, in ${duration(seconds)}`],
    ['Predictions', `${count(total.predicted)}, and ${count(total.refused)} refused`],
    ...(refusals.length === 0 ? [] : [['Refusals', refusals.join(', ')] as const]),
    ['Events', eventsText(events)],
    ['Labels', `${count(labels.sent)} sent, ${count(labels.withheld)} withheld by a scenario`],
  ]);
}

function eventsText({ sent, accepted, duplicate, late }: ReplaySummary['events']): string {
  return `${count(sent)} sent: ${count(accepted)} accepted, ${count(duplicate)} known already, ${count(late)} late`;
}

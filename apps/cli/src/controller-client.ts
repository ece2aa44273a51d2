// Asking a running controller over HTTP for what only it does: decisions that need its policy, its queue or its lock.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { currentActor } from './actor.ts';
import type { CliEnv } from './env.ts';

/** Adds `--controller`; a key for it comes from CONTROLLER_KEY. */
export function controllerOption({ controllerUrl }: CliEnv): Option {
  return new Option('--controller <url>', 'where the controller is').default(controllerUrl);
}

/** Adds the options of a command that changes something. */
export function withReason(command: Command, env: CliEnv): Command {
  return command
    .requiredOption('--reason <text>', 'why: it is kept in the log')
    .addOption(controllerOption(env));
}

export interface ControllerClient {
  get(path: string): Promise<Response>;
  /** Every write says who asks, and why. */
  post(path: string, body: Readonly<Record<string, unknown>> & { readonly reason: string }): Promise<unknown>;
}

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** Both throw the controller's own refusal, CONTROLLER_UNREACHABLE or CONTROLLER_UNKNOWN. */
export function controllerClient(url: string, { controllerKey }: CliEnv): ControllerClient {
  const authorization = controllerKey === undefined ? {} : { authorization: `Bearer ${controllerKey}` };

  async function ask(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(new URL(path, url), init).catch((error: unknown) => {
      throw unreachable(url, error);
    });
    if (response.ok) return response;
    const { data } = refusal.safeParse(await response.json().catch(() => null));
    if (data) throw new FlightdeckError(data.error.code, data.error.message);
    throw new FlightdeckError(
      'CONTROLLER_UNKNOWN',
      `What answers at ${url} (status ${response.status}) is no Flightdeck controller. Say where yours is with --controller.`,
    );
  }

  return {
    get: (path) => ask(path, { headers: authorization }),
    async post(path, body) {
      const headers = { ...authorization, 'content-type': 'application/json' };
      const text = JSON.stringify({ actor: currentActor(), ...body });
      return (await ask(path, { method: 'POST', headers, body: text })).json();
    },
  };
}

function unreachable(url: string, error: unknown): FlightdeckError {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return new FlightdeckError(
    'CONTROLLER_UNREACHABLE',
    `No controller at ${url} (${messageOf(cause)}). Start one with \`npm start\`, or say where it is with --controller.`,
    { cause: error, retryable: true },
  );
}

// What the loop has to do while it is killed: retrainings and recalibrations that a person asks for, and candidates to roll out.

import { setTimeout as delay } from 'node:timers/promises';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { bundleFiles, type Registry } from '@flightdeck/registry';
import { z } from 'zod';
import { filesOf } from '../../apps/cli/src/drill/kit.ts';

export interface Work {
  /** What the controller has been asked for and has acknowledged. */
  readonly accepted: { retrain: number; recalibrate: number };
  /** Why it refused, by code. */
  readonly refused: Record<string, number>;
  readonly candidates: number[];
  stop(): Promise<void>;
}

const refusal = z.object({ error: z.object({ code: z.string() }) });

export function startWork(registry: Registry, model: string, controllerUrl: string): Work {
  const accepted = { retrain: 0, recalibrate: 0 };
  const refused: Record<string, number> = {};
  const candidates: number[] = [];
  let turn = 0;
  let stopped = false;

  async function ask(action: keyof typeof accepted): Promise<void> {
    try {
      const answer = await fetch(`${controllerUrl}/v1/retrainings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, action, actor: 'chaos', reason: `chaos, turn ${turn}` }),
        signal: AbortSignal.timeout(10_000),
      });
      const said = await answer.json();
      if (answer.ok) accepted[action]++;
      else note(refusal.parse(said).error.code);
    } catch {
      note('UNANSWERED');
    }
  }

  function note(code: string): void {
    refused[code] = (refused[code] ?? 0) + 1;
  }

  /** A copy of the champion, which passes every check of a rollout. */
  async function rollOut(): Promise<void> {
    if ((await registry.rollouts.running(model)) !== undefined) return;
    const champion = await registry.versions.resolve(model, 'champion');
    const { metrics } = champion;
    // What is equal to the last byte is the same version.
    const files = {
      ...(await filesOf(registry, champion)),
      [bundleFiles.modelCard]: `Candidate of turn ${turn}.`,
    };
    const runId = `chaos-${turn}`;
    await registry.runs.start({ id: runId, model, parameters: {}, lineage: {} });
    await registry.runs.finish(runId, metrics);
    const { version } = await registry.versions.register({
      ...{ model, runId, files, metrics, createdBy: 'chaos' },
      gate: { verdict: 'pass', reasons: ['A copy of the champion.'] },
    });
    candidates.push(version);
    const move = { model, alias: 'challenger', version, actor: 'chaos', reason: 'a copy of the champion' };
    await registry.aliases.set(move);
  }

  async function run(): Promise<void> {
    while (!stopped) {
      turn++;
      if (turn % 3 === 0) await rollOut().catch(noteFailure);
      else await ask(turn % 2 === 0 ? 'retrain' : 'recalibrate');
      await delay(2_000);
    }
  }

  function noteFailure(error: unknown): void {
    note(error instanceof FlightdeckError ? error.code : messageOf(error));
  }

  const running = run();
  return {
    accepted,
    refused,
    candidates,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

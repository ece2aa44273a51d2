// A model with a champion and challengers, six hours of logged traffic, and a desk from which rollouts are looked at.

import { cp } from 'node:fs/promises';
import { type Database, openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords } from '@flightdeck/monitoring';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { rolloutPolicySchema } from '@flightdeck/rollout';
import { decisionLog } from '../decision-log.ts';
import { endpointOf } from '../endpoint-of.ts';
import { exclusive } from '../exclusive.ts';
import { type ModelPolicy, readPolicy } from '../policy.ts';
import {
  freshHome,
  hour,
  model,
  monday,
  recordTraffic,
  registerVersions,
  type Segment,
} from '../traffic.fixture.ts';
import { type Lookout, lookAtRollout } from './look.ts';
import { rollouts } from './rollouts.ts';

export const policy: ModelPolicy = {
  ...(await readPolicy('/nowhere', model)),
  rollout: rolloutPolicySchema.parse({
    shadow: { rate: 0.5, minimumPairs: 500, minimumMinutes: 30, maximumDisagreement: 0.1 },
    canary: [{ share: 0.2, minimumRequests: 300, minimumMinutes: 30 }],
    service: { errorIncrease: 0.1, p99Ratio: 3 },
    timeouts: { holdAfterMinutes: 120, haltAfterMinutes: 240 },
  }),
};

/** Six hours in which both versions answer, whatever the endpoint says: the log of every rollout's course at once. */
export async function loggedRollout(candidate: Partial<Segment> = {}) {
  const home = await freshHome();
  const window = { from: monday, to: monday + 6 * hour };
  await recordTraffic(
    home,
    { version: 1, ...window, rows: 4_800, shadow: { version: 2 } },
    { version: 2, variant: '2', ...window, rows: 2_400, seed: 5, ...candidate },
  );
  const database = await openDatabase();
  const records = await openPredictionRecords(database, { home, model });
  const close = async () => {
    records.close();
    await database.close();
  };
  return { database, close };
}

export interface Workshop {
  readonly registry: Registry;
  /** A desk as a fresh process has it; `registry`: over another one than the workshop's own. */
  desk(registry?: Registry): Lookout;
  /** One look, so many hours after the beginning of the log. */
  look(desk: Lookout, database: Database | null, hours: number): Promise<void>;
  /** What people do, so many hours after. */
  people(desk: Lookout, hours?: number | null): ReturnType<typeof rollouts>;
  /** Where the model's rollouts have left the world. */
  world(): Promise<World>;
}

export interface World {
  readonly champion: number;
  readonly moves: number;
  readonly rollouts: readonly string[];
  readonly traffic: Readonly<Record<string, number>>;
  readonly shadows: Readonly<Record<string, number>>;
  readonly salted: boolean;
  readonly decisions: readonly string[];
}

/** A registry with three versions, the first of which is champion; copied, because that is far quicker than to make it. */
const template = prepare();

async function prepare(): Promise<string> {
  const home = await freshHome();
  const registry = await openRegistry({ home });
  await registerVersions(registry, 3);
  await registry.close();
  return home;
}

export async function openWorkshop(): Promise<Workshop> {
  const home = await freshHome();
  await cp(await template, home, { recursive: true });
  const registry = await openRegistry({ home });
  return {
    registry,
    desk: (other = registry) => ({
      registry: other,
      decisions: decisionLog(other),
      exclusively: exclusive(),
      looks: new Map(),
    }),
    async look(desk, database, hours) {
      const log = database && { database, now: monday + hours * hour };
      await lookAtRollout(desk, await endpointOf(registry, model), log, policy);
    },
    people: (desk, hours = null) =>
      rollouts({
        ...desk,
        policyOf: async () => policy,
        timeOf: () => (hours === null ? null : monday + hours * hour),
      }),
    async world() {
      const { traffic, shadows, salt } = await registry.endpoints.get(model);
      const moves = await registry.aliases.transitions(model, 'champion');
      const found = await registry.rollouts.list();
      return {
        champion: moves.at(-1)!.to,
        moves: moves.length,
        rollouts: found.map(({ status }) => status),
        traffic: Object.fromEntries(traffic.map(({ target, weight }) => [target, weight])),
        shadows: Object.fromEntries(shadows.map(({ target, rate }) => [target, rate])),
        salted: salt !== '',
        decisions: (await registry.decisions.list({ model })).map(({ kind }) => kind).reverse(),
      };
    },
  };
}

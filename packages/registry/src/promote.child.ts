// A child process of crash.test.ts: promotes what its parent tells it, and answers how that went.

import { FlightdeckError } from '@flightdeck/core';
import { move } from './fixtures.ts';
import { openRegistry } from './registry.ts';

export interface Promotion {
  readonly version: number;
  readonly expected: number | null;
}

export interface PromotionResult {
  readonly won: boolean;
  readonly actor: string;
  readonly version: number;
  readonly code?: string;
  readonly message?: string;
}

const [location, actor] = [process.argv[2]!, process.argv[3]!];
const registry = await openRegistry(JSON.parse(location));

process.on('message', async (promotion: Promotion) => {
  process.send?.({
    actor,
    version: promotion.version,
    ...(await promote(promotion)),
  } satisfies PromotionResult);
});
process.once('disconnect', () => void registry.close());
process.send?.('ready');

async function promote(promotion: Promotion) {
  try {
    await registry.aliases.set({ ...move, ...promotion, actor });
    return { won: true };
  } catch (error) {
    if (!(error instanceof FlightdeckError)) throw error;
    return { won: false, code: error.code, message: error.message };
  }
}

// The simulator's environment: the only place that knows its variables.

import { homeVariable, parseEnv } from '@flightdeck/core';
import { z } from 'zod';

const simulatorVariables = z.object({
  FLIGHTDECK_HOME: homeVariable,
  /** What to replay, as JSON: see replay-plan.ts for its options. */
  SIMULATOR_PLAN: z.string(),
  /** A bearer key with the scopes predict and feedback, where serving has keys. */
  SIMULATOR_KEY: z.string().optional(),
});

export type SimulatorEnv = z.infer<typeof simulatorVariables>;

export function readSimulatorEnv(environment: NodeJS.ProcessEnv): SimulatorEnv {
  return parseEnv(simulatorVariables, environment);
}

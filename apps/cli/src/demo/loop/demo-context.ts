// The demo's own kit as a place for commands: what its loop has written, instead of the user's state.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlightdeckError } from '@flightdeck/core';
import type { CliContext } from '../../context.ts';
import { ownEnv } from '../../drill/kit.ts';
import { loopHome } from './loop-kit.ts';

/** NO_DEMO where none has been played. */
export function demoContext(context: CliContext): CliContext {
  const home = loopHome(context.env);
  if (existsSync(join(home, 'registry.sqlite'))) return { ...context, env: ownEnv(context.env, home) };
  throw new FlightdeckError(
    'NO_DEMO',
    `No demo has left anything in ${home}. Run: npm run demo (without --no-loop)`,
  );
}

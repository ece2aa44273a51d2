// Draws the secrets of the local overlay, once: `npm run secrets --workspace @flightdeck/k8s`. They are written below
// overlays/local/secrets, which git ignores; what is there already stays. An argument names another copy of infra/k8s.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.argv[2] ?? import.meta.dirname, 'overlays/local/secrets');
const draw = () => randomBytes(24).toString('base64url');

if (existsSync(folder)) {
  console.log(`${folder} is there already, and stays as it is. Delete it to draw new secrets.`);
} else {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const redis = draw();
  const postgres = draw();
  write('store-passwords.env', `REDIS_PASSWORD=${redis}\nPOSTGRES_PASSWORD=${postgres}\n`);
  write(
    'stores.env',
    `REDIS_URL=redis://:${redis}@redis:6379\nDATABASE_URL=postgres://flightdeck:${postgres}@postgres:5432/flightdeck\n`,
  );
  const ofServing = keys({
    ...{ console: ['predict', 'feedback'], simulator: ['predict', 'feedback'], prometheus: ['metrics'] },
    you: ['admin'],
  });
  write('serving.json', listOf(ofServing));
  write('console.key', ofServing[0]!.key);
  write('controller.json', listOf(keys({ alertmanager: ['alerts'], prometheus: ['read'], you: ['admin'] })));
  console.log(`Drawn. The bearer keys are in ${folder}/serving.json and controller.json.`);
}

function keys(scopesOf: Readonly<Record<string, readonly string[]>>) {
  return Object.entries(scopesOf).map(([name, scopes]) => ({ name, key: draw(), scopes }));
}

function listOf(list: readonly object[]): string {
  return `${JSON.stringify(list, null, 2)}\n`;
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
}

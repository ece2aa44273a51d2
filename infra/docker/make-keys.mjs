// Makes the keys of docker compose, once: who is there already stays as it is. Each key is a file of its own for whoever sends it, and
// the two lists are for those who check them. Runs in a bare Node image, so it imports nothing of ours.

import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
/** The user of the apps. */
const node = 1000;

/** By the file of each key: what the logs call whoever has it, and what they may do. */
const servers = {
  'serving_keys.json': {
    predict_key: ['caller', ['predict']],
    traffic_key: ['simulator', ['predict', 'feedback']],
    console_key: ['console', ['predict', 'feedback']],
    serving_metrics_key: ['prometheus', ['metrics']],
    serving_admin_key: ['administrator', ['predict', 'feedback', 'metrics', 'admin']],
  },
  'controller_keys.json': {
    controller_read_key: ['prometheus', ['read']],
    controller_alerts_key: ['alertmanager', ['alerts']],
    controller_admin_key: ['administrator', ['read', 'alerts', 'admin']],
  },
};

for (const [list, files] of Object.entries(servers)) {
  const keys = Object.entries(files).map(([file, [name, scopes]]) => {
    // Prometheus and Alertmanager read theirs as another user.
    if (!existsSync(join(folder, file))) write(file, randomBytes(32).toString('base64url'), 0o444);
    return { name, key: readFileSync(join(folder, file), 'utf8'), scopes };
  });
  write(list, JSON.stringify(keys, null, 2), 0o400);
}

/** Whole or not at all. */
function write(name, text, mode) {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, text);
  chownSync(`${path}.new`, node, node);
  chmodSync(`${path}.new`, mode);
  renameSync(`${path}.new`, path);
}

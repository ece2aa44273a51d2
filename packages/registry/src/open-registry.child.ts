// A child process of concurrency.test.ts: says that it is loaded, waits for "go", opens the registry and leaves a run.

import { once } from 'node:events';
import { openRegistry } from './registry.ts';

process.send?.('loaded');
await once(process, 'message');
const registry = await openRegistry(JSON.parse(process.argv[2]!));
await registry.runs.start({ id: `run-${process.pid}`, model: 'toy', parameters: {}, lineage: {} });
await registry.close();
process.disconnect();

// npm run scaling --workspace @flightdeck/k8s: works the tables of docs/scaling.md out again, from bench/results and the production overlay.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { productionDeployment } from './src/scaling/deployment.ts';
import { readMeasurements } from './src/scaling/measurements.ts';
import { tablesOf, withTables } from './src/scaling/tables.ts';

const path = join(import.meta.dirname, '../../docs/scaling.md');
const tables = tablesOf(readMeasurements(), productionDeployment());
writeFileSync(path, withTables(readFileSync(path, 'utf8'), tables));
console.log(Object.values(tables).join('\n'));

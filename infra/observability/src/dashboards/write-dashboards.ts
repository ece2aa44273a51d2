// `npm run dashboards`: writes the JSON that Grafana provisions. A test fails where it is not what the declarations say.

import { writeFileSync } from 'node:fs';
import { dashboards, fileOf, textOf } from './all.ts';

for (const dashboard of dashboards) writeFileSync(fileOf(dashboard), textOf(dashboard));

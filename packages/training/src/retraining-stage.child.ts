// One stage of a retraining of the toy model, in a process that can be killed: its first argument is a StageJob as JSON. It tells its
// parent where it is.

import { type StageName, stages } from './retraining-stages.fixture.ts';
import { contextOf, toyModel } from './toy-model.fixture.ts';

export interface StageJob {
  readonly name: StageName;
  readonly home: string;
  readonly data: { readonly path: string; readonly sha256: string };
  readonly request: unknown;
}

const { name, home, data, request } = JSON.parse(process.argv[2]!) as StageJob;
await stages[name](toyModel(data.path, data.sha256), request, {
  ...contextOf(home),
  onProgress: ({ stage }) => void process.send!(stage),
});
process.disconnect();

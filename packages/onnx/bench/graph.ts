// What one run of an exported graph costs, and what it would cost with nodes of its own for every number column.
// Run it with: node packages/onnx/bench/graph.ts

import { encodeModelWith } from '../src/encode-model.ts';
import type { GraphBuilder } from '../src/graph-builder.ts';
import { openModel } from '../src/index.ts';
import { type Block, encodeNumbers } from '../src/number-columns.ts';
import type { Placed } from '../src/number-slots.ts';
import type { NumberColumn } from '../src/scoring-graph.ts';
import { batches, columnsOf, graph, measure, printTimes } from './flagship-graph.ts';

/** The graph that the export does not write: the same nodes once for every column. */
function columnByColumn(builder: GraphBuilder, columns: readonly Placed<NumberColumn>[]): Block[] {
  return columns.flatMap((placed) => encodeNumbers(builder.within(placed.column.name), [placed]));
}

const together = await openModel(encodeModelWith(encodeNumbers, graph));
const apart = await openModel(encodeModelWith(columnByColumn, graph));
for (const rows of batches) {
  const columns = columnsOf(rows);
  printTimes(
    rows,
    await measure({
      'all columns at once': () => together.run(columns, rows),
      'column by column': () => apart.run(columns, rows),
    }),
  );
}
await together.release();
await apart.release();

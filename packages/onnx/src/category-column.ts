// A category column to its embedding row: a dictionary in the graph turns the string into a row number, so whoever calls the
// model sends "JFK" and never an id.

import { type GraphBuilder, integer, integers, strings } from './graph-builder.ts';
import type { Block } from './number-columns.ts';
import type { Placed } from './number-slots.ts';
import type { CategoryColumn } from './scoring-graph.ts';

/** Adds the lookup: row i + 1 of the embedding for vocabulary entry i, row 0 for whatever is not in the vocabulary. */
export function embedCategory(graph: GraphBuilder, { column, position }: Placed<CategoryColumn>): Block {
  const { vocabulary, dimensions, embedding } = column;
  const dictionary = [
    strings('keys_strings', vocabulary),
    integers(
      'values_int64s',
      vocabulary.map((_, i) => i + 1),
    ),
    integer('default_int64', 0),
  ];
  const table = graph.floats('embedding', embedding, [vocabulary.length + 1, dimensions]);
  const id = graph.node('LabelEncoder', [column.name], 'id', {
    domain: 'ai.onnx.ml',
    attributes: dictionary,
  });
  // GatherND takes ids of shape [rows, 1] to [rows, dimensions]; Gather would add a dimension, to be taken away again.
  const value = graph.node('GatherND', [table, id], 'row');
  return { value, positions: Array.from({ length: dimensions }, (_, i) => position + i) };
}

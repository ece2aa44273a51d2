// Export: a trained network with its preprocessing and calibration becomes the bytes of one ONNX file, which is all that
// serving needs to answer from raw columns.

import { create, toBinary } from '@bufbuild/protobuf';
import { embedCategory } from './category-column.ts';
import { checkScoringGraph } from './check-scoring-graph.ts';
import { type GraphBuilder, graphBuilder } from './graph-builder.ts';
import { calibrate, stackLayers } from './network.ts';
import { type Block, encodeNumbers } from './number-columns.ts';
import type { Placed } from './number-slots.ts';
import { type GraphProto, ModelProtoSchema } from './onnx-messages_pb.ts';
import {
  type CategoryColumn,
  type InputColumn,
  type NumberColumn,
  type ScoringGraph,
  widthOf,
} from './scoring-graph.ts';

type NumberEncoder = (graph: GraphBuilder, columns: readonly Placed<NumberColumn>[]) => Block[];

/**
 * The ONNX file of a scoring graph: IR version 8, opset 17, ai.onnx.ml 3, all weights inside. Equal graphs give equal bytes.
 * ONNX_GRAPH_INVALID names each column or layer that does not fit.
 */
export function encodeModel(scoring: ScoringGraph): Uint8Array {
  return encodeModelWith(encodeNumbers, scoring);
}

/** The same with another way to encode number columns, which is how bench/graph.ts compares two. */
export function encodeModelWith(encoder: NumberEncoder, scoring: ScoringGraph): Uint8Array {
  checkScoringGraph(scoring);
  const header = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'flightdeck',
    producerVersion: scoring.producerVersion,
    opsetImport: [
      { domain: '', version: 17n },
      { domain: 'ai.onnx.ml', version: 3n },
    ],
    metadataProps: Object.entries(scoring.metadata)
      .map(([key, value]) => ({ key, value }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
  });
  const body = create(ModelProtoSchema, { graph: graphOf(scoring, encoder) });
  // Two messages back to back read as one (protobuf merges them). With the graph at the end, a file that was cut short,
  // wherever that was, cannot pass for a whole one that has less metadata.
  return Buffer.concat([toBinary(ModelProtoSchema, header), toBinary(ModelProtoSchema, body)]);
}

function graphOf({ name, inputs, layers, calibration }: ScoringGraph, encoder: NumberEncoder): GraphProto {
  const graph = graphBuilder();
  for (const column of inputs) graph.input(column.name, column.kind);
  const placed = place(inputs);
  const numbers = placed.filter((at): at is Placed<NumberColumn> => at.column.kind === 'number');
  const categories = placed.filter((at): at is Placed<CategoryColumn> => at.column.kind === 'category');
  const blocks = [
    ...(numbers.length > 0 ? encoder(graph.within('numbers'), numbers) : []),
    ...categories.map((at) => embedCategory(graph.within(`categories/${at.column.name}`), at)),
  ];
  const logit = stackLayers(graph.within('network'), blocks, layers);
  return graph.finish(name, calibrate(graph, logit, calibration));
}

/** The network's input vector is the columns' encodings one after the other. */
function place(columns: readonly InputColumn[]): Placed<InputColumn>[] {
  let position = 0;
  return columns.map((column) => {
    const placed = { column, position };
    position += widthOf(column);
    return placed;
  });
}

// A scoring graph evaluated in plain TypeScript and double precision: the oracle of the export's tests. It follows the
// description of ScoringGraph and shares no code with the export.

import type { Columns } from './open-model.ts';
import type { DenseLayer, InputColumn, NumberColumn, ScoringGraph } from './scoring-graph.ts';

export function evaluate(graph: ScoringGraph, columns: Columns, rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => {
    const inputs = graph.inputs.flatMap((column) => encode(column, columns[column.name]![row]!));
    const [logit] = graph.layers.reduce(applyLayer, inputs);
    return 1 / (1 + Math.exp(-(graph.calibration.slope * logit! + graph.calibration.intercept)));
  });
}

function encode(column: InputColumn, value: number | string): number[] {
  if (column.kind === 'number') return encodeNumber(column, Number(value));
  const row = column.vocabulary.indexOf(String(value)) + 1;
  return [...column.embedding.slice(row * column.dimensions, (row + 1) * column.dimensions)];
}

function encodeNumber({ missing, encodings }: NumberColumn, value: number): number[] {
  const known = Number.isNaN(value) ? missing : value;
  const finite = Number.isFinite(value) ? value : missing;
  return encodings.flatMap((encoding) => {
    if (encoding.kind === 'standard') {
      const x = encoding.log1p ? Math.log(1 + Math.max(known, 0)) : known;
      const z = (x - encoding.mean) / encoding.scale;
      return [Math.min(Math.max(z, -encoding.clip), encoding.clip)];
    }
    if (encoding.kind === 'one-hot') return encoding.values.map((choice) => Number(choice === finite));
    // The one place where float32 is part of the meaning: the rounding of a large angle moves the point on the circle.
    const x = Math.abs(finite) > Math.fround(1e30) ? missing : finite;
    const angle = Math.fround(x * Math.fround((2 * Math.PI) / encoding.period));
    return [Math.sin(angle), Math.cos(angle)];
  });
}

function applyLayer(x: readonly number[], { outputs, weights, bias, activation }: DenseLayer): number[] {
  return Array.from({ length: outputs }, (_, out) => {
    const sum = x.reduce((total, value, i) => total + value * weights[i * outputs + out]!, bias[out]!);
    return activation === 'relu' ? Math.max(sum, 0) : sum;
  });
}

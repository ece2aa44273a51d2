import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModel } from './encode-model.ts';
import { evaluate } from './evaluate.fixture.ts';
import type { Columns } from './open-model.ts';
import { openModel } from './open-model.ts';
import { scoringCase } from './random-graph.fixture.ts';
import type { InputColumn, ScoringGraph } from './scoring-graph.ts';

const none = Number.NaN;

async function probabilities(graph: ScoringGraph, columns: Columns, rows: number): Promise<number[]> {
  const model = await openModel(encodeModel(graph));
  try {
    return [...(await model.run(columns, rows))];
  } finally {
    await model.release();
  }
}

/** A network that adds its inputs up, with a weight of its own for each, so that no two inputs can be mixed up. */
function sumOf(column: InputColumn, width: number): ScoringGraph {
  const weights = Float32Array.from({ length: width }, (_, i) => 0.3 * (i + 1));
  return {
    name: 'sum',
    producerVersion: '1',
    inputs: [column],
    layers: [{ inputs: width, outputs: 1, weights, bias: Float32Array.of(0), activation: 'none' }],
    calibration: { slope: 1, intercept: 0 },
    metadata: {},
  };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** What the sum network says for these values of its one column, as logits. */
async function logits(
  column: InputColumn,
  width: number,
  values: Float32Array | string[],
): Promise<number[]> {
  const answers = await probabilities(sumOf(column, width), { [column.name]: values }, values.length);
  return answers.map((p) => Math.log(p / (1 - p)));
}

describe('an exported graph', () => {
  it('answers as the same network in double precision does, for any shape and any input', async () => {
    await fc.assert(
      fc.asyncProperty(scoringCase, async ({ graph, columns, rows }) => {
        const expected = evaluate(graph, columns, rows);
        const actual = await probabilities(graph, columns, rows);
        for (const [row, p] of actual.entries()) expect(Math.abs(p - expected[row]!)).toBeLessThan(1e-5);
      }),
      { numRuns: 300 },
    );
  });

  it('clips infinity to the edge, and takes NaN for the value that stands for missing', async () => {
    const encoding = { kind: 'standard', log1p: false, mean: 10, scale: 4, clip: 6 } as const;
    const column: InputColumn = { name: 'x', kind: 'number', missing: 12, encodings: [encoding] };
    const answers = await logits(column, 1, Float32Array.of(none, 12, Infinity, -Infinity, 1e9));
    [0.15, 0.15, 1.8, -1.8, 1.8].forEach((logit, i) => {
      expect(answers[i]).toBeCloseTo(logit, 5);
    });
  });

  it('takes all that is below 0 for 0 before a logarithm', async () => {
    const encoding = { kind: 'standard', log1p: true, mean: 1, scale: 1, clip: 6 } as const;
    const column: InputColumn = { name: 'x', kind: 'number', missing: -1, encodings: [encoding] };
    const answers = await logits(column, 1, Float32Array.of(0, -5, -Infinity, none, Math.E - 1, Infinity));
    [-0.3, -0.3, -0.3, -0.3, 0, 1.8].forEach((logit, i) => {
      expect(answers[i]).toBeCloseTo(logit, 5);
    });
  });

  it('takes infinity for missing where a number is cyclic or one-hot, and too large an angle as well', async () => {
    const cyclic: InputColumn = {
      name: 'hour',
      kind: 'number',
      missing: 6,
      encodings: [{ kind: 'cyclic', period: 24 }],
    };
    const sixOClock = 0.3 * 1 + 0.6 * 0;
    for (const logit of await logits(cyclic, 2, Float32Array.of(6, none, Infinity, -Infinity, 3e38))) {
      expect(logit).toBeCloseTo(sixOClock, 5);
    }
    const weekday: InputColumn = {
      name: 'weekday',
      kind: 'number',
      missing: 2,
      encodings: [{ kind: 'one-hot', values: [1, 2, 0.1] }],
    };
    const answers = await logits(weekday, 3, Float32Array.of(1, 2, 0.1, 7, none, Infinity, -Infinity));
    [0.3, 0.6, 0.9, 0, 0.6, 0.6, 0.6].forEach((logit, i) => {
      expect(answers[i]).toBeCloseTo(logit, 5);
    });
  });

  it('gives an unknown category and the empty string the first embedding row', async () => {
    const column: InputColumn = {
      name: 'airport',
      kind: 'category',
      vocabulary: ['JFK', 'ÅL', '東京'],
      dimensions: 1,
      embedding: Float32Array.of(-1, 1, 2, 3),
    };
    const answers = await logits(column, 1, ['JFK', 'ÅL', '東京', 'jfk', 'JFK ', '']);
    [0.3, 0.6, 0.9, -0.3, -0.3, -0.3].forEach((logit, i) => {
      expect(answers[i]).toBeCloseTo(logit, 5);
    });
  });

  it('calibrates: slope and intercept act on the logit', async () => {
    const encoding = { kind: 'standard', log1p: false, mean: 0, scale: 0.3, clip: 6 } as const;
    const column: InputColumn = { name: 'x', kind: 'number', missing: 0, encodings: [encoding] };
    const graph = { ...sumOf(column, 1), calibration: { slope: 0.5, intercept: -2 } };
    const [p] = await probabilities(graph, { x: Float32Array.of(1.5) }, 1);
    expect(p).toBeCloseTo(sigmoid(0.5 * 1.5 - 2), 6);
  });
});

describe('the bytes of an exported graph', () => {
  const column: InputColumn = {
    name: 'airport',
    kind: 'category',
    vocabulary: ['JFK'],
    dimensions: 1,
    embedding: Float32Array.of(0, 1),
  };
  const graph = sumOf(column, 1);

  it('declare IR version 8, opset 17 and ai.onnx.ml 3', () => {
    const bytes = Buffer.from(encodeModel(graph));
    // Protobuf: a field is its number times 8 plus its wire type (0 a number, 2 something with a length), then the value.
    const irVersion = Buffer.from([8 * 1 + 0, 8]);
    const opset = Buffer.from([8 * 8 + 2, 4, 8 * 1 + 2, 0, 8 * 2 + 0, 17]);
    const mlDomain = [8 * 1 + 2, 10, ...Buffer.from('ai.onnx.ml')];
    const mlOpset = Buffer.from([8 * 8 + 2, 14, ...mlDomain, 8 * 2 + 0, 3]);
    expect(bytes.indexOf(irVersion)).toBe(0);
    expect(bytes.indexOf(Buffer.concat([opset, mlOpset]))).toBeGreaterThan(0);
  });

  it('are equal for equal graphs, in whatever order the metadata came', () => {
    const one = encodeModel({ ...graph, metadata: { run: 'r1', dataset: 'd1' } });
    const two = encodeModel({ ...graph, metadata: { dataset: 'd1', run: 'r1' } });
    const other = encodeModel({ ...graph, metadata: { dataset: 'd2', run: 'r1' } });
    expect(one).toEqual(two);
    expect(one).not.toEqual(other);
  });

  it('do not change the graph that they were made from', () => {
    const before = structuredClone(graph);
    encodeModel(graph);
    expect(graph).toEqual(before);
  });
});

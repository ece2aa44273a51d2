import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TensorInfo, TensorType } from '@flightdeck/onnx';
import { addModel, identityModel, lookupModel, sequenceModel, toyModel } from '@flightdeck/onnx/fixtures';
import {
  bundleFiles,
  goldenRowsSchema,
  openRegistry,
  type Registry,
  signatureSchema,
} from '@flightdeck/registry';
import { describe, expect, it, onTestFinished } from 'vitest';
import { copyModel, withExternalWeight, withSequenceInput, withSequenceOutput } from './graphs.fixture.ts';
import { type ImportRequest, importModel } from './import-model.ts';

async function freshRegistry(): Promise<Registry> {
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-import-'));
  const registry = await openRegistry({ home });
  onTestFinished(async () => {
    await registry.close();
    await rm(home, { recursive: true });
  });
  return registry;
}

function request(bytes: Uint8Array, more: Partial<ImportRequest> = {}): ImportRequest {
  return { name: 'toy', bytes, source: 'toy.onnx', actor: 'ada', reason: 'to serve it', ...more };
}

/** A graph of one node, all of whose edges are of one type. */
function oneNode(operator: string, inputs: readonly TensorInfo[], output: TensorInfo): Uint8Array {
  const names = inputs.map(({ name }) => name);
  return toyModel({
    inputs,
    outputs: [output],
    nodes: [{ operator, inputs: names, outputs: [output.name] }],
  });
}

const float = (name: string, ...shape: (number | string)[]): TensorInfo => ({ name, type: 'float32', shape });

/** Fails whatever it is asked: it looks something up in an empty table. */
const brokenModel = () =>
  toyModel({
    inputs: [{ name: 'index', type: 'int64', shape: ['batch'] }],
    outputs: [float('value', 'batch')],
    nodes: [{ operator: 'Gather', inputs: ['table', 'index'], outputs: ['value'] }],
    constants: { table: { dims: [0], data: new Float32Array(0) } },
  });

const constantModel = () =>
  toyModel({
    inputs: [],
    outputs: [float('y', 1)],
    nodes: [{ operator: 'Identity', inputs: ['one'], outputs: ['y'] }],
    constants: { one: { dims: [1], data: Float32Array.of(1) } },
  });

const randomModel = () => oneNode('RandomUniformLike', [float('x', 'batch', 2)], float('y', 'batch', 2));

describe('what is refused leaves nothing in the registry:', () => {
  const onlySequence = withSequenceOutput(
    toyModel({ inputs: [float('x', 'batch', 2)], outputs: [], nodes: [] }),
  );
  it.each([
    ['an empty file', request(new Uint8Array()), 'ONNX_CORRUPT', '0 bytes'],
    ['a file that is no model', request(Buffer.from('PK\x03\x04 a zip')), 'ONNX_CORRUPT', 'cannot be opened'],
    [
      'a file that was cut short',
      request(addModel().subarray(0, 60)),
      'ONNX_CORRUPT',
      'export the model again',
    ],
    ['a file over the limit', request(new Uint8Array(2 ** 29 + 1)), 'MODEL_TOO_LARGE', '536870912'],
    ['weights in another file', request(withExternalWeight(copyModel())), 'ONNX_UNSUPPORTED', '"weight"'],
    ['outputs of which none is a tensor', request(onlySequence), 'ONNX_UNSUPPORTED', 'pairs'],
    [
      'an input that is no tensor',
      request(withSequenceInput(copyModel())),
      'ONNX_UNSUPPORTED',
      '"list" is no tensor',
    ],
    ['no inputs', request(constantModel()), 'ONNX_UNSUPPORTED', 'takes no input'],
    ['a name for no model', request(addModel(), { name: '../toy' }), 'MODEL_NAME_INVALID', '"../toy"'],
    ['a model that always fails', request(brokenModel()), 'IMPORT_NEEDS_GOLDEN', '[{"inputs":{"index":0}}]'],
    ['a model that throws dice', request(randomModel()), 'GOLDEN_ROW_FAILED', 'random numbers'],
  ])('%s', async (_name, asked, code, message) => {
    const registry = await freshRegistry();
    const refusal = importModel(registry, asked);
    await expect(refusal).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await registry.models.list()).toEqual([]);
    expect(await registry.runs.list()).toEqual([]);
  });
});

describe('golden rows', () => {
  const sound = { inputs: { a: [1, 2, 3], b: [1, 1, 1] } };
  it.each([
    ['no list', { rows: [] }, 'GOLDEN_FILE_INVALID', 'the list'],
    ['an empty list', [], 'GOLDEN_FILE_INVALID', 'at least one row'],
    ['more than a sample', Array(257).fill(sound), 'GOLDEN_FILE_INVALID', '256'],
    ['a row without inputs', [sound, { a: [1, 2, 3] }], 'GOLDEN_FILE_INVALID', 'row 1 inputs'],
    ['a misspelt key', [{ ...sound, output: {} }], 'GOLDEN_FILE_INVALID', '"output"'],
    [
      'an input left out',
      [sound, { inputs: { a: [1, 2, 3] } }],
      'GOLDEN_FILE_INVALID',
      'row 1 inputs lacks "b"',
    ],
    [
      'an unknown input',
      [{ inputs: { ...sound.inputs, c: 1 } }],
      'GOLDEN_FILE_INVALID',
      '"c", and the model has a, b',
    ],
    [
      'an unknown output',
      [{ ...sound, outputs: { total: 1 } }],
      'GOLDEN_FILE_INVALID',
      'row 0 outputs names "total"',
    ],
    [
      'a text for a number',
      [{ inputs: { a: ['x', 2, 3], b: [1, 1, 1] } }],
      'GOLDEN_ROW_INVALID',
      'row 0: Input "a", element 0',
    ],
    [
      'a row that is too short',
      [sound, { inputs: { a: [1, 2], b: [1, 1, 1] } }],
      'GOLDEN_ROW_INVALID',
      'row 1: Input "a"',
    ],
    [
      'another answer',
      [{ ...sound, outputs: { sum: [2, 3, 4.001] } }],
      'GOLDEN_ROW_FAILED',
      '"sum" is [2,3,4] here and should be [2,3,4.001]',
    ],
    ['an answer of another length', [{ ...sound, outputs: { sum: [2, 3] } }], 'GOLDEN_ROW_FAILED', '"sum"'],
  ])('%s: refused', async (_name, golden, code, message) => {
    const refusal = importModel(await freshRegistry(), request(addModel(), { golden }));
    await expect(refusal).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('on which the model fails: refused', async () => {
    const golden = [{ inputs: { index: 9 } }, { inputs: { index: 99 } }];
    const refusal = importModel(await freshRegistry(), request(lookupModel(), { golden }));
    await expect(refusal).rejects.toMatchObject({
      code: 'GOLDEN_ROW_FAILED',
      message: expect.stringMatching(/^Golden row 1: .*out of data bounds/),
    });
  });

  it('keep what was given, and get the answers that were not', async () => {
    const golden = [{ ...sound, outputs: { sum: [2, 3, 4.000001] } }, sound];
    const imported = await importModel(await freshRegistry(), request(addModel(), { golden }));
    const outputs = { sum: [2, 3, 4], difference: [0, 1, 2] };
    expect(imported.golden.rows).toEqual([
      { ...sound, outputs },
      { ...sound, outputs },
    ]);
    expect(imported.compared?.rows).toBe(1);
    expect(imported.compared?.largestDifference).toBeCloseTo(1e-6 / 4, 9);
  });

  it('are made where none are given, and the model is not the worse for refusing one of them', async () => {
    const imported = await importModel(await freshRegistry(), request(addModel()));
    expect(imported.golden.rows).toHaveLength(2);
    expect(imported.golden.rows[0]).toEqual({
      inputs: { a: [0, 0, 0], b: [0, 0, 0] },
      outputs: { sum: [0, 0, 0], difference: [0, 0, 0] },
    });
    expect(imported.compared).toBeNull();
  });

  it('have null for what JSON cannot hold', async () => {
    const log = oneNode('Log', [float('x', 'batch')], float('y', 'batch'));
    const golden = [
      { inputs: { x: 1 } },
      { inputs: { x: 0 } },
      { inputs: { x: -1 } },
      { inputs: { x: null } },
    ];
    const imported = await importModel(await freshRegistry(), request(log, { golden }));
    expect(imported.golden.rows.map(({ outputs }) => outputs.y)).toEqual([0, null, null, null]);
  });

  it('of one column may be bare values or lists', async () => {
    const model = oneNode('Neg', [float('x', 'batch', 1)], float('y', 'batch', 1));
    const golden = [
      { inputs: { x: 1 }, outputs: { y: -1 } },
      { inputs: { x: [2] }, outputs: { y: [-2] } },
    ];
    const imported = await importModel(await freshRegistry(), request(model, { golden }));
    expect(imported.compared).toEqual({ rows: 2, largestDifference: 0 });
  });
});

describe('a version', () => {
  it('has its signature from the graph, its golden rows, and a card without a path', async () => {
    const registry = await freshRegistry();
    const { version } = await importModel(registry, request(addModel()));
    const bundle = await registry.versions.open(version);
    const read = async (file: string) => Buffer.from(await bundle.read(file)).toString();
    expect(bundle.files.map(({ path }) => path)).toEqual([
      'MLmodel',
      'MODEL_CARD.md',
      'golden.json',
      'model.onnx',
      'signature.json',
    ]);
    expect(signatureSchema.parse(JSON.parse(await read(bundleFiles.signature)))).toMatchObject({
      kind: 'tensors',
      inputs: [{ name: 'a', type: 'float32', shape: ['batch', 3] }, { name: 'b' }],
      outputs: [{ name: 'sum', type: 'float32', shape: ['batch', 3] }, { name: 'difference' }],
    });
    expect(goldenRowsSchema.parse(JSON.parse(await read(bundleFiles.golden))).rows).toHaveLength(2);
    expect(await read(bundleFiles.modelCard)).toMatch(
      /^# toy\n\nImported from "toy\.onnx": \d+ bytes, SHA-256 `[0-9a-f]{64}`/,
    );
    expect(await read(bundleFiles.modelCard)).toContain('None came with the right ones');
    expect(await bundle.read(bundleFiles.model)).toEqual(Buffer.from(addModel()));
    expect(version).toMatchObject({
      createdBy: 'ada',
      metrics: {},
      gate: { verdict: 'inconclusive', reasons: ['imported: no gate has judged it'] },
    });
    expect(await registry.runs.get(version.runId)).toMatchObject({
      status: 'finished',
      parameters: { source: 'toy.onnx' },
    });
  });

  it('is the same one when the same file is imported again', async () => {
    const registry = await freshRegistry();
    const first = await importModel(registry, request(addModel()));
    const again = await importModel(registry, request(addModel()));
    expect(again.version).toEqual(first.version);
    expect([first.isNew, again.isNew]).toEqual([true, false]);
    expect(await registry.runs.list()).toHaveLength(1);
    const other = await importModel(registry, request(sequenceModel()));
    expect(other).toMatchObject({ isNew: true, version: { version: 2 } });
  });

  it('becomes champion where there is none, and else only on request', async () => {
    const registry = await freshRegistry();
    const left = await importModel(registry, request(addModel(), { promote: false }));
    expect(left.champion).toBeNull();
    const second = await importModel(registry, request(sequenceModel()));
    expect(second).toMatchObject({ version: { version: 2 }, champion: 2 });
    expect(await registry.endpoints.get('toy')).toMatchObject({ model: 'toy' });
    const third = await importModel(registry, request(lookupModel()));
    expect(third).toMatchObject({ version: { version: 3 }, champion: 2 });
    const fourth = await importModel(
      registry,
      request(copyModel(), { promote: true, reason: 'it is newer' }),
    );
    expect(fourth.champion).toBe(4);
    expect((await registry.aliases.list('toy'))[0]).toMatchObject({
      to: 4,
      actor: 'ada',
      reason: 'it is newer',
      evidence: { gate: { verdict: 'inconclusive' } },
    });
  });
});

describe('any graph can be imported:', () => {
  const types: TensorType[] = [
    'float16',
    'bfloat16',
    'float32',
    'float64',
    'int8',
    'int16',
    'int32',
    'int64',
    'uint8',
    'uint16',
    'uint32',
    'uint64',
    'bool',
    'string',
  ];

  it('of every element type', async () => {
    const { golden } = await importModel(await freshRegistry(), request(identityModel(types)));
    for (const { inputs, outputs } of golden.rows)
      expect(Object.values(outputs)).toEqual(Object.values(inputs));
  });

  it('with an output that is no tensor, which is left out by name', async () => {
    const registry = await freshRegistry();
    const imported = await importModel(registry, request(withSequenceOutput(copyModel())));
    expect(imported.skippedOutputs).toEqual(['pairs']);
    expect(imported.signature.outputs.map(({ name }) => name)).toEqual(['y']);
    const bundle = await registry.versions.open(imported.version);
    expect(Buffer.from(await bundle.read(bundleFiles.modelCard)).toString()).toContain('"pairs": no tensor');
  });

  it('with rows of any length', async () => {
    const golden = [
      [1, 3],
      [1, 2, 6],
      [4, 4],
    ].map((sequence) => ({ inputs: { sequence } }));
    const imported = await importModel(await freshRegistry(), request(sequenceModel(), { golden }));
    expect(imported.golden.rows.map(({ outputs }) => outputs.mean)).toEqual([2, 3, 4]);
  });

  it('of a fixed batch: a golden row is a whole request', async () => {
    const model = oneNode('Neg', [float('x', 2, 2)], float('y', 2, 2));
    const golden = [
      {
        inputs: {
          x: [
            [1, 2],
            [3, 4],
          ],
        },
        outputs: {
          y: [
            [-1, -2],
            [-3, -4],
          ],
        },
      },
    ];
    const imported = await importModel(await freshRegistry(), request(model, { golden }));
    expect(imported.compared?.rows).toBe(1);
    expect(imported.runtime.batching).toEqual({
      none: expect.stringContaining('fixed first dimension of 2'),
    });
    expect((await importModel(await freshRegistry(), request(model))).golden.rows).toHaveLength(2);
  });

  it('in which a row depends on its neighbours: each request has a run of its own', async () => {
    const softmaxOverRows = toyModel({
      inputs: [float('x', 'batch', 2)],
      outputs: [float('y', 'batch', 2)],
      nodes: [
        {
          operator: 'Softmax',
          inputs: ['x'],
          outputs: ['y'],
          attributes: [{ name: 'axis', type: 2, i: 0n }],
        },
      ],
    });
    const { runtime, golden } = await importModel(await freshRegistry(), request(softmaxOverRows));
    expect(runtime.batching).toEqual({ none: expect.stringContaining('rows beside it') });
    expect(golden.rows.map(({ outputs }) => outputs.y)).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('of single values', async () => {
    const model = oneNode('Neg', [float('x')], float('y'));
    const golden = [{ inputs: { x: 3 }, outputs: { y: -3 } }];
    const imported = await importModel(await freshRegistry(), request(model, { golden }));
    expect(imported.golden.rows).toEqual([{ inputs: { x: 3 }, outputs: { y: -3 } }]);
  });
});

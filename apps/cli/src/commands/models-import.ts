// flightdeck models import FILE

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import type { ExampleRequest, Imported } from '@flightdeck/model-import';
import type { Command } from 'commander';
import { currentActor } from '../actor.ts';
import { type CliContext, withRegistry } from '../context.ts';
import { count, milliseconds, tiny } from '../figures.ts';
import { renderFacts } from '../table.ts';
import { command, jsonOption } from './command.ts';

type TensorSpec = Imported['signature']['inputs'][number];

interface Options {
  readonly name: string;
  readonly golden?: string;
  readonly promote?: boolean;
  readonly reason?: string;
  readonly json?: true;
}

export function modelsImportCommand(context: CliContext): Command {
  return command('import <file>', 'register an ONNX file from elsewhere: scikit-learn, PyTorch, XGBoost, …', [
    'models import churn.onnx --name churn',
    'models import churn.onnx --name churn --golden rows.json --promote --reason "trained on May"',
  ])
    .requiredOption('--name <name>', 'the name it is served under')
    .option('--golden <path>', 'rows to verify it with, a JSON list of {"inputs": {…}, "outputs": {…}}')
    .option('--promote', 'make it the champion; without this, only where there is no champion yet')
    .option('--no-promote', 'register it, but leave the champion as it is')
    .option('--reason <text>', 'why it becomes champion: it is kept in the log')
    .addOption(jsonOption())
    .action((file: string, options: Options) => importFile(context, file, options));
}

async function importFile(context: CliContext, file: string, options: Options): Promise<void> {
  const { name, promote } = options;
  const source = file === '-' ? 'standard input' : basename(file);
  if (promote && options.reason === undefined)
    throw new FlightdeckError('USAGE', '--promote replaces the champion: say why with --reason TEXT.');
  const bytes = file === '-' ? await buffer(process.stdin) : await readNamed(file, 'an ONNX file');
  const golden = options.golden === undefined ? undefined : await readJson(options.golden);
  // Loaded here: no other command needs ONNX Runtime.
  const { exampleRequests, importModel, tensorText } = await import('@flightdeck/model-import');
  const imported = await withRegistry(context, (registry) =>
    importModel(registry, {
      name,
      bytes,
      source,
      golden,
      actor: currentActor(),
      reason: options.reason ?? `imported from ${source}, as the first champion`,
      ...(promote === undefined ? {} : { promote }),
    }),
  );
  const { golden: rows, ...facts } = imported;
  if (options.json)
    return context.terminal.print(JSON.stringify({ ...facts, goldenRows: rows.rows.length }, null, 2));
  const examples = exampleRequests(name, imported.signature, rows);
  context.terminal.print(
    [heading(imported), describe(imported, tensorText), next(context, imported, examples)].join('\n\n'),
  );
}

async function readNamed(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new FlightdeckError('USAGE', `Cannot read ${path}: ${messageOf(error)}. Name ${what}.`);
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = (await readNamed(path, 'a file with golden rows as JSON')).toString();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FlightdeckError(
      'USAGE',
      `${path} is not valid JSON (NaN is not: write null): ${messageOf(error)}.`,
    );
  }
}

function heading({ version: { model, version }, isNew, champion }: Imported): string {
  const registered = isNew
    ? `${model} v${version} is registered`
    : `This is ${model} v${version}, imported before`;
  if (champion === version) return `${registered}. It is the champion: servers take it up by themselves.`;
  return champion === null
    ? `${registered}. The model has no champion, so it is not served.`
    : `${registered}. The champion is still v${champion}.`;
}

function describe(imported: Imported, tensorText: (tensor: TensorSpec) => string): string {
  const { signature, skippedOutputs, golden, compared, runtime } = imported;
  const widest = Math.max(...[...signature.inputs, ...signature.outputs].map(({ name }) => name.length));
  const listed = (tensors: readonly TensorSpec[]) =>
    tensors.map((tensor) => `${tensor.name.padEnd(widest)}  ${tensorText(tensor)}`).join('\n');
  const shared = 'maxRows' in runtime.batching ? 'alone and in a batch' : 'twice';
  const rows = golden.rows.length === 1 ? '1 row' : `${count(golden.rows.length)} rows`;
  const verified = `${rows}, asked ${shared}, gave the same answers`;
  const right = compared
    ? `${count(compared.rows)} came with answers: the largest difference is ${tiny(compared.largestDifference)}`
    : 'none came with an answer (--golden gives them), so only you know whether they are right';
  return renderFacts([
    ['Inputs', listed(signature.inputs)],
    ['Outputs', listed(signature.outputs)],
    ...skippedOutputs.map((name): [string, string] => ['Left out', `${name}: ${skippedRemedy}`]),
    ['Verified', `${verified}\n${right}`],
    ['Runs', describeRuns(runtime)],
  ]);
}

function describeRuns({ placement, batching, cost }: Imported['runtime']): string {
  const where = placement === 'inline' ? 'on the event loop' : 'in a pool of threads';
  const takes = (rows: number) => milliseconds(cost.fixedMs + rows * cost.perRowMs);
  if ('none' in batching) return `${where}, each request alone: ${takes(1)}\n${batching.none}`;
  const most = batching.maxRows;
  return `${where}, requests share runs: ${takes(1)} with 1 row, ${takes(most)} with ${count(most)}`;
}

const skippedRemedy =
  'it is no tensor, so it cannot be served. Where skl2onnx made it, export again with options={"zipmap": False}.';

/** What to type next. A row of thousands of numbers is for a file, and not for a command line. */
function next(
  context: CliContext,
  { version, champion }: Imported,
  examples: readonly ExampleRequest[],
): string {
  const { model, version: number } = version;
  if (champion !== number)
    return `Serve it:\n  npx flightdeck models promote ${model} ${number} --reason "…"`;
  const url = context.env.servingUrl;
  const requests = examples.map(({ path, body }) => {
    const data = JSON.stringify(body).replaceAll("'", "'\\''");
    return `curl -s ${url}${path} -H 'content-type: application/json' -d '${data}'`;
  });
  const lines = [`npx flightdeck predict ${model}`, ...requests.filter((line) => line.length <= 1000)];
  return [
    'Ask it, where `npm start` runs:',
    ...lines.map((line) => `  ${line}`),
    `MLflow's /invocations names no model: where several are served, set SERVING_INVOCATIONS_MODEL=${model}.`,
  ].join('\n');
}

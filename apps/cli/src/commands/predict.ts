// flightdeck predict NAME

import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { bundleFiles, goldenRowsSchema } from '@flightdeck/registry';
import { type Command, Option } from 'commander';
import { type CliContext, exampleModel, withRegistry } from '../context.ts';
import { percent } from '../figures.ts';
import { type AnyAnswer, type Prediction, predictAny, type TensorPrediction } from '../serving-client.ts';
import { renderFacts } from '../table.ts';
import { command, jsonOption } from './command.ts';

interface Options {
  readonly url: string;
  readonly input?: string;
  readonly file?: string;
  readonly json?: true;
}

export function predictCommand(context: CliContext): Command {
  const { servingUrl, servingKey } = context.env;
  return command('predict <name>', 'ask a running server', [
    `predict ${exampleModel}`,
    `predict ${exampleModel} --input '{"some_feature": 1}' --json`,
    `predict ${exampleModel} --file - < instances.json`,
  ])
    .option('--url <url>', 'where the server is; a key for it comes from SERVING_KEY', servingUrl)
    .addOption(new Option('--input <json>', 'an instance, or a list of them').conflicts('file'))
    .option('--file <path>', 'the same from a file; - reads standard input')
    .addOption(jsonOption())
    .action(async (name: string, options: Options) => {
      const body = await requestBody(context, name, options);
      const answer = await predictAny(options.url, name, body, servingKey);
      context.terminal.print(options.json ? JSON.stringify(answer, null, 2) : describe(answer));
    });
}

/** One instance, many, or a whole request body; without any, a golden row of the champion. */
async function requestBody(context: CliContext, name: string, { input, file }: Options): Promise<object> {
  if (input !== undefined) return asBody(input, '--input');
  if (file === '-') return asBody(await textOf(process.stdin), 'standard input');
  if (file !== undefined) return asBody(await readInput(file), file);
  const instance = await goldenInstance(context, name);
  context.terminal.note(
    `No --input or --file is given, so this asks for a golden row of ${name}:\n${JSON.stringify(instance)}`,
  );
  return { instance };
}

async function readInput(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new FlightdeckError(
      'USAGE',
      `Cannot read ${path}: ${messageOf(error)}. Name a file with JSON in it.`,
    );
  }
}

function asBody(text: string, source: string): object {
  const value = parseJson(text, source);
  if (Array.isArray(value)) return { instances: value };
  if (value === null || typeof value !== 'object') {
    throw new FlightdeckError('USAGE', `${source} is neither a JSON object nor a list of them.`);
  }
  return 'instance' in value || 'instances' in value ? value : { instance: value };
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FlightdeckError('USAGE', `${source} is not valid JSON: ${messageOf(error)}.`);
  }
}

async function goldenInstance(context: CliContext, name: string) {
  return withRegistry(context, async (registry) => {
    const bundle = await registry.versions.open(await registry.versions.resolve(name, 'champion'));
    const golden = JSON.parse(Buffer.from(await bundle.read(bundleFiles.golden)).toString());
    const row = goldenRowsSchema.parse(golden).rows[0]!;
    return 'input' in row ? row.input : row.inputs;
  });
}

function describe({ model, version, prediction, predictions = [] }: AnyAnswer): string {
  const all = prediction === undefined ? predictions : [prediction];
  const lines = all.map((one) => ('outputs' in one ? describeOutputs(one) : describeScore(one)));
  return [`${model} v${version}`, ...lines].join('\n');
}

function describeOutputs({ outputs }: TensorPrediction): string {
  return renderFacts(Object.entries(outputs).map(([name, value]) => [name, JSON.stringify(value)]));
}

function describeScore({ probability, positive, defaulted, unknown }: Prediction): string {
  const notes = [
    ...(defaulted.length === 0 ? [] : [`defaulted: ${defaulted.join(', ')}`]),
    ...(unknown.length === 0 ? [] : [`never seen in training: ${unknown.join(', ')}`]),
  ];
  const answer = `${positive ? 'yes' : 'no '}  ${percent(probability, 2)}`;
  return notes.length === 0 ? answer : `${answer}  (${notes.join('; ')})`;
}

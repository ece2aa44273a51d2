// The words after `oip-conformance` as options. What cannot be meant is told with the remedy.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { readJson } from './exact-json.ts';
import { inWords } from './json-answer.ts';
import { Sample } from './protocol-schemas.ts';
import { type ConformanceOptions, requirementNames } from './run-conformance.ts';

export const usage = `oip-conformance URL [options]

Checks a server against the Open Inference Protocol V2 over HTTP.

  URL                 where /v2 is: http://127.0.0.1:8000
  --model NAME        test this model; may be given again (default: those that the server lists)
  --sample NAME=FILE  an infer request in JSON that the model takes, for one that takes no generated values
  --only PREFIX       only requirements whose id begins so: infer, binary.output, errors.status
  --admin             allow models to be unloaded and loaded
  --header 'N: V'     send this header with every request; may be given again
  --json              print the results as a JSON array
  --list              print every requirement as a Markdown table, and stop

Exits with 0 when nothing fails that the protocol, or an extension that the server lists, requires; 1 when something does; 2 when
it was not used rightly.`;

export type Command =
  | { readonly kind: 'run'; readonly options: ConformanceOptions; readonly json: boolean }
  | { readonly kind: 'list' | 'help' };

/** USAGE says what is wrong with the words. */
export function parseCommandLine(words: readonly string[]): Command {
  const { values, positionals } = parsed(words);
  if (values.help) return { kind: 'help' };
  if (values.list) return { kind: 'list' };
  const [baseUrl, ...rest] = positionals;
  if (baseUrl === undefined || rest.length > 0) throw wrong('Give one URL, such as http://127.0.0.1:8000.');
  if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ''))
    throw wrong(`"${baseUrl}" is no URL. Give one such as http://127.0.0.1:8000.`);
  const options = {
    baseUrl,
    ...(values.model && { models: values.model }),
    samples: Object.fromEntries((values.sample ?? []).map(sampleOf)),
    headers: Object.fromEntries((values.header ?? []).map(headerOf)),
    ...(values.only !== undefined && { only: knownPrefix(values.only) }),
    admin: values.admin ?? false,
  };
  return { kind: 'run', options, json: values.json ?? false };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        model: { type: 'string', multiple: true },
        sample: { type: 'string', multiple: true },
        header: { type: 'string', multiple: true },
        only: { type: 'string' },
        admin: { type: 'boolean' },
        json: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw wrong(messageOf(error));
  }
}

function sampleOf(word: string): [string, Sample] {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(word) ?? [];
  if (name === undefined || file === undefined) throw wrong(`--sample ${word}: give it as NAME=FILE.`);
  try {
    const sample = Sample.safeParse(readJson(readFileSync(file, 'utf8')));
    if (sample.success) return [name, sample.data];
    throw new Error(inWords(sample.error));
  } catch (error) {
    throw wrong(`--sample ${word}: ${file} is no infer request in JSON (${messageOf(error)}).`);
  }
}

function headerOf(word: string): [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(word) ?? [];
  if (name === undefined || value === undefined) throw wrong(`--header ${word}: give it as 'name: value'.`);
  return [name, value];
}

/** A prefix of nothing would check nothing, and pass. */
function knownPrefix(prefix: string): string {
  if (requirementNames.some(({ id }) => id.startsWith(prefix))) return prefix;
  throw wrong(`--only ${prefix}: no requirement's id begins so. --list prints them all.`);
}

function wrong(message: string): FlightdeckError {
  return new FlightdeckError('USAGE', message);
}

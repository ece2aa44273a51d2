// flightdeck reports [list|show]

import { writeFile } from 'node:fs/promises';
import { FlightdeckError } from '@flightdeck/core';
import type { StoredReport } from '@flightdeck/registry';
import type { Command } from 'commander';
import { type CliContext, withRegistry } from '../context.ts';
import { controllerClient, controllerOption } from '../controller-client.ts';
import { count, moment } from '../figures.ts';
import { renderFacts, renderTable } from '../table.ts';
import { command, jsonOption, wholeNumber } from './command.ts';

interface Selection {
  readonly endpoint?: string;
  readonly ofVersion?: number;
}

interface ListOptions extends Selection {
  readonly limit: number;
  readonly json?: true;
}

interface ShowOptions extends Selection {
  readonly html?: string;
  readonly controller: string;
  readonly json?: true;
}

export function reportsCommand(context: CliContext): Command {
  return command('reports', 'what monitoring found, window by window', [
    'reports',
    'reports show --html report.html',
    'reports show 2001-05-03 --of-version 2 --json',
  ])
    .addCommand(listCommand(context), { isDefault: true })
    .addCommand(showCommand(context));
}

function selecting(made: Command): Command {
  return made
    .option('--endpoint <name>', 'of this endpoint only')
    .option('--of-version <n>', 'on this version only', wholeNumber(1));
}

function listCommand(context: CliContext): Command {
  return selecting(command('list', 'list reports, latest windows first', ['reports', 'reports list --json']))
    .option('--limit <n>', 'how many at most', wholeNumber(1), 20)
    .addOption(jsonOption())
    .action(async ({ json, limit, ...selection }: ListOptions) => {
      const found = await read(context, selection, limit);
      const heads = found.map(({ content: _, ...head }) => head);
      context.terminal.print(json ? JSON.stringify(heads, null, 2) : describeAll(heads));
    });
}

function read(
  context: CliContext,
  { endpoint, ofVersion: version }: Selection,
  limit: number,
): Promise<readonly StoredReport[]> {
  const only = { ...(endpoint !== undefined && { endpoint }), ...(version !== undefined && { version }) };
  return withRegistry(context, ({ reports }) => reports.list({ ...only, limit }));
}

function describeAll(heads: readonly Omit<StoredReport, 'content'>[]): string {
  if (heads.length === 0)
    return 'There are no reports yet. The controller makes them once a window of traffic is complete.';
  return renderTable({
    columns: ['from', 'until', 'endpoint', 'version', 'verdict', 'made'],
    rows: heads.map(({ from, until, endpoint, version, verdict, madeAt }) => [
      moment(from),
      moment(until),
      endpoint,
      `v${version}`,
      verdict,
      moment(madeAt),
    ]),
  });
}

function showCommand(context: CliContext): Command {
  const made = command('show [from]', 'show a report; without the beginning of its window, the latest', [
    'reports show',
    'reports show 2001-05-03 --html report.html',
  ]);
  return selecting(made)
    .option('--html <file>', 'write it as a page, which the controller draws')
    .addOption(controllerOption(context.env))
    .addOption(jsonOption())
    .action(async (from: string | undefined, options: ShowOptions) => {
      const stored = await find(context, from, options);
      if (options.html !== undefined) return writePage(context, stored, options.html, options.controller);
      context.terminal.print(options.json ? JSON.stringify(stored.content, null, 2) : await describe(stored));
    });
}

/** More windows back nobody looks. */
const lookBack = 500;

async function find(
  context: CliContext,
  from: string | undefined,
  selection: Selection,
): Promise<StoredReport> {
  const all = await read(context, selection, lookBack);
  const found = all.find((report) => from === undefined || report.from.startsWith(from));
  if (found) return found;
  throw new FlightdeckError(
    'REPORT_NOT_FOUND',
    'There is no such report. `npx flightdeck reports` lists those there are, by the beginning of their windows.',
  );
}

async function writePage(
  { env, terminal }: CliContext,
  { endpoint, version, from, until }: StoredReport,
  file: string,
  controller: string,
): Promise<void> {
  const path = `/v1/reports/${encodeURIComponent(endpoint)}/${version}/${from}?format=html&to=${until}`;
  const response = await controllerClient(controller, env).get(path);
  await writeFile(file, await response.text());
  terminal.print(`Wrote ${file}.`);
}

async function describe({ content }: StoredReport): Promise<string> {
  // Loaded here: it brings DuckDB, which no list needs.
  const { itemsOf, reportSchema } = await import('@flightdeck/monitoring');
  const report = reportSchema.parse(content);
  const { endpoint, model, version, window, verdict, service, quality, reasons } = report;
  const judged = itemsOf(report);
  const [from, to] = [window.from, window.to].map((time) => moment(new Date(time).toISOString()));
  return [
    renderFacts([
      ['Report', `${model} v${version} at endpoint ${endpoint}`],
      ['Window', `${from} to ${to} (event time)`],
      ['Verdict', verdict],
      ['Answers', `${count(service.answered)}, and ${count(service.failed)} failures`],
      ['Labels', `${count(quality.rows)}; ${quality.because}`],
      ['Items', `${judged.filter((item) => item.verdict === 'ok').length} of ${judged.length} are ok`],
    ]),
    ...(reasons.length === 0 ? [] : ['', ...reasons.map((reason) => `- ${reason}`)]),
  ].join('\n');
}

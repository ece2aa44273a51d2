// Runs: the list, what a run was and led to, a curve that grows while it trains, and the trials of a search. Real trainings, by the kit's own
// trainer.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { RunAnswer, RunsAnswer, SeriesAnswer } from '@flightdeck/admin-api';
import type { APIRequestContext, Page } from '@playwright/test';
import { expect, expectAccessible, keepPicture, test } from './browser.ts';

const get = async <Answer>(request: APIRequestContext, path: string) =>
  (await (await request.get(path)).json()) as Answer;
const row = (page: Page, table: string, text: string | RegExp) =>
  page.getByRole('region', { name: table, exact: true }).getByRole('row').filter({ hasText: text });

test('the list is that of the registry, and can be narrowed', async ({ page, request }) => {
  const { runs } = await get<RunsAnswer>(request, '/v1/runs?limit=25');
  await page.goto('/runs');
  await expect(page.getByRole('link', { name: runs[0]!.id })).toBeVisible();
  const failed = runs.filter(({ status }) => status === 'failed');
  await page.getByRole('combobox', { name: 'Status' }).selectOption('failed');
  if (failed.length === 0) await expect(page.getByText('No run is like that')).toBeVisible();
  else await expect(row(page, 'Runs', 'failed')).toHaveCount(failed.length);
  await page.getByRole('combobox', { name: 'Status' }).selectOption('finished');
  await page.getByRole('combobox', { name: 'Model' }).selectOption(runs[0]!.model);
  await expect(page).toHaveURL(new RegExp(`status=finished.*model=${runs[0]!.model}`));
  await expect(row(page, 'Runs', 'finished').first()).toBeVisible();
  await expectAccessible(page);
});

test('a recalibration says that it trained no network, what it fitted anew, and where it led', async ({
  page,
  request,
}) => {
  const { runs } = await get<RunsAnswer>(request, '/v1/runs?limit=100');
  const all = await Promise.all(runs.map(({ id }) => get<RunAnswer>(request, `/v1/runs/${id}`)));
  const { id, model, versions, metrics, lineage, parameters } = all.find(
    ({ parameters: { recalibrationOf } }) => recalibrationOf !== undefined,
  )!;
  await page.goto(`/runs/${id}`);
  await expect(page.getByText('A recalibration trains no network')).toContainText(
    `version ${parameters.recalibrationOf}`,
  );
  const outcome = page.getByRole('region', { name: 'Outcome' });
  await expect(outcome).toContainText(metrics.rocAuc!.toFixed(4));
  await expect(outcome.getByRole('link').first()).toHaveAttribute(
    'href',
    `/models/${model}/${versions.at(-1)}`,
  );
  await expect(page.getByText(lineage.datasetVersion!)).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'runs-recalibration');
});

test("a run's curve grows while it trains, and its lines with it", { tag: '@slow' }, async ({
  page,
  request,
}) => {
  test.setTimeout(600_000);
  const known = new Set((await get<RunsAnswer>(request, '/v1/runs')).runs.map(({ id }) => id));
  const training = flightdeck('train', '--rows', '300000', '--seed', '11', '--no-promote');
  try {
    const started = async () =>
      (await get<RunsAnswer>(request, '/v1/runs')).runs.find(({ id }) => !known.has(id));
    await expect.poll(started, { timeout: 240_000 }).toBeDefined();
    const { id } = (await started())!;
    await page.goto(`/runs/${id}`);
    await expect(page.getByText('running', { exact: true })).toBeVisible();
    await expect(page.getByText('The first epoch has not ended yet')).toBeVisible();
    // Nothing is clicked or loaded from here on.
    const epochs = row(page, 'Curves', /^\d/);
    await expect(epochs.first()).toBeVisible({ timeout: 240_000 });
    await expect(page.getByText('running', { exact: true })).toBeVisible();
    await keepPicture(page, 'runs-live');
    await expect(page.getByRole('log')).toContainText('train: Epoch 1 of');
    await expect(page.getByText('finished', { exact: true })).toBeVisible({ timeout: 240_000 });
    const { points } = await get<SeriesAnswer>(request, `/v1/runs/${id}/series`);
    const losses = points.filter(({ name }) => name === 'validationLoss');
    await expect(epochs).toHaveCount(losses.length);
    const [loss] = losses.slice(-1);
    await expect(epochs.last()).toContainText(loss!.value.toFixed(4));
    await expect(page.getByRole('img', { name: `Validation loss ${loss!.value.toFixed(4)}` })).toBeVisible();
    await expect(page.getByRole('log')).toContainText('register: ');
    await expectAccessible(page);
  } finally {
    await ended(training);
  }
});

test('a search shows its trials as parallel coordinates, beside a table', { tag: '@slow' }, async ({
  page,
  request,
  baseURL,
}) => {
  test.setTimeout(600_000);
  const { runs } = await get<RunsAnswer>(request, '/v1/runs');
  const data = { model: runs[0]!.model, action: 'retrain', reason: 'a test wants to see trials' };
  const asked = await request.post('/v1/retrainings', { data, headers: { origin: baseURL! } });
  expect(asked.status(), await asked.text()).toBe(202);
  const search = async () => {
    const found = (await get<RunsAnswer>(request, '/v1/runs')).runs.find(({ reason }) =>
      reason?.includes(data.reason),
    );
    return found && get<RunAnswer>(request, `/v1/runs/${found.id}`);
  };
  await expect.poll(async () => (await search())?.status, { timeout: 500_000 }).toBe('finished');
  const { id, trials } = (await search())!;
  expect(trials.length).toBeGreaterThan(1);
  const best = trials.toSorted((a, b) => a.metrics!.logLoss! - b.metrics!.logLoss!)[0]!;
  await page.goto(`/runs/${id}`);
  await expect(
    page.getByRole('img', { name: `Parallel coordinates of ${trials.length} trials` }),
  ).toBeVisible();
  await expect(row(page, 'Trials', /^\d/)).toHaveCount(trials.length);
  await expect(row(page, 'Trials', '(chosen)')).toContainText(best.metrics!.logLoss!.toFixed(4));
  await expect(page.getByRole('log')).toContainText('trial-0: train: Epoch 1 of');
  await expectAccessible(page);
  await keepPicture(page, 'runs-search');
});

function flightdeck(...args: string[]): ChildProcess {
  const cli = join(import.meta.dirname, '../../cli/src/main.ts');
  const env = { ...process.env, FLIGHTDECK_HOME: process.env.CONSOLE_KIT_HOME!, NO_COLOR: '1' };
  return spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
}

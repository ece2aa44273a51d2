// The loop: what the ring shows is what the controller answers, each noun leads to its page, what happens is seen without a reload; and a
// kit with nothing in it says the first step, shows how far it has come, and then the champion.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { OverviewAnswer } from '@flightdeck/admin-api';
import { expect, expectAccessible, keepPicture, test } from './browser.ts';
import { ask, tell } from './controller.ts';

const order = ['Data', 'Features', 'Training', 'Run', 'Version', 'Gate'];
order.push('Endpoint', 'Predictions', 'Reports', 'Decision');

test('the stages are a list in the order of the flow, with the numbers that the controller answers', async ({
  page,
}) => {
  await page.goto('/');
  const stages = page.getByRole('region', { name: 'The stages of the loop' }).getByRole('listitem');
  await expect(stages.getByRole('heading', { level: 3 })).toHaveText(order);
  const stage = (name: string) => stages.filter({ has: page.getByRole('heading', { name, exact: true }) });
  // Counted beside the first answer.
  await expect(stage('Predictions')).toContainText(/\d,\d{3}/);

  const { model, timeline } = await ask<OverviewAnswer>('/v1/overview');
  const { champion, log, versions } = model!;
  const count = (value: number) => value.toLocaleString('en-US');
  await expect(stage('Data')).toContainText(`${count(log!.labelled)} labels`);
  await expect(stage('Features')).toContainText(`${champion!.features} inputs`);
  await expect(stage('Version')).toContainText(`Version ${champion!.version}`);
  await expect(stage('Version')).toContainText(`champion of ${versions}`);
  await expect(stage('Gate')).toContainText('Passed');
  await expect(stage('Endpoint')).toContainText(`champion: version ${champion!.version}, 100 %`);
  await expect(stage('Predictions')).toContainText(count(log!.predictions));
  await expect(stage('Decision')).toContainText(`by ${timeline[0]!.actor}`);
  await expect(
    page.getByText(`Version ${champion!.version} of ${model!.name} answers every request.`),
  ).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'loop-alive');
});

test('each noun leads to its page, with the keyboard too', async ({ page }) => {
  const { model } = await ask<OverviewAnswer>('/v1/overview');
  const { name, champion } = model!;
  const version = `/models/${name}/${champion!.version}`;
  const pages = {
    ...{ Data: version, Features: version, Version: version, Gate: version, Run: `/runs/${champion!.runId}` },
    ...{
      Training: '/queue',
      Endpoint: `/endpoint/${name}`,
      Predictions: '/predictions',
      Reports: '/monitoring',
    },
  };
  await page.goto('/');
  const ring = page.getByRole('region', { name: 'The stages of the loop' });
  for (const [noun, path] of Object.entries(pages))
    await expect(ring.getByRole('link', { name: noun, exact: true })).toHaveAttribute('href', path);
  await ring.getByRole('link', { name: 'Endpoint', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: `Endpoint ${name}` })).toBeVisible();
});

test('the last decisions are told with who and why, and lead to their evidence', async ({ page }) => {
  const { timeline } = await ask<OverviewAnswer>('/v1/overview');
  const rolled = timeline.find(({ kind }) => kind === 'roll-back')!;
  await page.goto('/');
  const decisions = page.getByRole('region', { name: 'What was decided' });
  for (const { reason } of timeline.slice(0, 5))
    await expect(decisions.getByText(reason).first()).toBeVisible();
  await decisions
    .getByText(/^\d+ checks$/)
    .first()
    .click();
  await expect(decisions.getByText(rolled.reasons[0]!.message)).toBeVisible();
  await decisions.getByRole('link', { name: 'The rollout' }).first().click();
  await expect(page).toHaveURL(`/endpoint/${rolled.rollout!.endpoint}/rollouts/${rolled.rollout!.id}`);
});

test('what somebody else does is seen without a reload', async ({ page }) => {
  await page.goto('/');
  const training = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: 'Training' }) });
  await expect(training).toContainText('Idle');
  await tell('/v1/retrainings/pause', { reason: 'a test of the console' });
  await expect(training).toContainText('Paused');
  await expect(page.getByText('The trainers are paused.')).toBeVisible();
  await tell('/v1/retrainings/resume', { reason: 'a test of the console' });
  await expect(training).toContainText('Idle');
});

test.describe('a kit with nothing in it', () => {
  test.setTimeout(400_000);
  test.use({ storageState: { cookies: [], origins: [] } });

  test('says the first step, shows how far the training has come, and then the champion', {
    tag: '@slow',
  }, async ({ page }) => {
    const kit = await openEmptyKit();
    try {
      await page.goto(kit.url);
      await expect(page.getByRole('heading', { name: 'Nothing has been trained yet' })).toBeVisible();
      await expect(page.getByText('npx flightdeck train')).toBeVisible();
      await expectAccessible(page);
      const trained = kit.run('train', '--rows', '20000');
      await expect(page.getByRole('heading', { name: 'The first champion is being trained' })).toBeVisible({
        timeout: 60_000,
      });
      const bar = page.getByRole('progressbar', { name: 'Progress of the first training' });
      const fraction = async () => Number(await bar.getAttribute('aria-valuenow'));
      await expect.poll(fraction, { timeout: 180_000 }).toBeGreaterThan(0);
      await keepPicture(page, 'loop-first-training');
      expect(await trained).toBe(0);
      await expect(page.getByText('Version 1 of flight-delay answers every request.')).toBeVisible();
    } finally {
      await kit.close();
    }
  });
});

/** Without keys: whoever is on this machine may do everything. */
async function openEmptyKit() {
  const root = join(import.meta.dirname, '../../..');
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-empty-'));
  // Rows that were read and checked before need not be read again.
  const datasets = join(process.env.FLIGHTDECK_HOME ?? join(root, '.flightdeck'), 'datasets');
  if (existsSync(datasets)) await symlink(datasets, join(home, 'datasets'));
  const { CONTROLLER_KEYS: _, ...environment } = process.env;
  const start = (...words: string[]) =>
    spawn(process.execPath, [join(root, 'apps/cli/src/main.ts'), ...words], {
      env: { ...environment, FLIGHTDECK_HOME: home, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const up = start('up', '--port', '0');
  const ended = new Promise((resolve) => up.once('exit', resolve));
  let url: string | undefined;
  for await (const line of createInterface({ input: up.stdout })) {
    url = /^\s*Controller\s+(http:\/\/\S+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  if (url === undefined) throw new Error('The kit ended before it was up.');
  return {
    url,
    run: (...words: string[]) =>
      new Promise<number | null>((resolve) => {
        const child = start(...words);
        child.stdout.resume();
        child.once('exit', resolve);
      }),
    async close() {
      up.kill('SIGTERM');
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}

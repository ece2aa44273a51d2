// The queue: what the broker has, and everything that people may do about it, done.

import type { Page } from '@playwright/test';
import { expect, expectAccessible, keepPicture, test } from './browser.ts';

async function act(page: Page, name: string, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name });
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name, exact: true }).click();
  await expect(dialog).toBeHidden({ timeout: 45_000 });
}

const retrainings = async (page: Page) => (await page.request.get('/v1/retrainings')).json();
const lastDecision = async (page: Page, kind: string) =>
  (await (await page.request.get(`/v1/decisions?kind=${kind}&limit=1`)).json()).decisions[0];

test('shows jobs, flows and what came of them', async ({ page }) => {
  const { jobs, retrainings: found } = await retrainings(page);
  await page.goto('/queue');
  const counts = page.getByRole('region', { name: 'Jobs', exact: true });
  const row = counts.getByRole('row', { name: /^training/ });
  await expect(row.getByRole('cell').nth(4)).toHaveText(String(jobs.training.completed));
  const done = found.find(({ state }: { state: string }) => state === 'completed');
  await page
    .getByRole('row', { name: new RegExp(done.id) })
    .getByRole('link')
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1, name: done.id })).toBeVisible();
  const way = page.getByRole('region', { name: 'The way to the traffic' });
  await expect(way.getByRole('listitem').filter({ has: page.getByText(/^\d\. /) })).toHaveText([
    /Fit/,
    /Evaluate/,
    /Gate/,
    /Register/,
    /Rollout/,
  ]);
  await expect(way.getByRole('link', { name: `Version ${done.result.version}` })).toBeVisible();
  await expect(way.getByRole('listitem').filter({ hasText: 'Rollout' })).toContainText('done');
  await expectAccessible(page);
  await keepPicture(page, 'queue-retraining');
});

test('a retraining is asked for while the trainers are paused, cancelled, tried again, and cancelled for good', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await page.goto('/queue');
  await page.getByRole('button', { name: 'Pause the trainers' }).click();
  await act(page, 'Pause the trainers', 'a test of the console');
  await expect(page.getByRole('alert').filter({ hasText: 'The trainers are paused' })).toBeVisible();
  expect((await retrainings(page)).paused).toBe(true);
  expect(await lastDecision(page, 'pause-trainers')).toMatchObject({
    actor: 'ada',
    reason: 'a test of the console',
  });

  await page.getByRole('button', { name: 'Retrain', exact: true }).click();
  await act(page, 'Retrain', 'to see one begin');
  await expect.poll(async () => (await lastDecision(page, 'retrain'))?.actor).toBe('ada');
  const [{ id, job }] = (await retrainings(page)).retrainings;
  expect(job.trigger.reason).toBe('to see one begin');
  const row = page.getByRole('row', { name: new RegExp(id) }).first();
  await expect(row).toContainText(/waiting|active/);
  await keepPicture(page, 'queue-paused');

  await row.getByRole('button', { name: 'Cancel it' }).click();
  await act(page, 'Cancel it', 'it was only a test');
  await expect(row).toContainText('cancelled', { timeout: 60_000 });
  await expect(row).toContainText('Cancelled by ada: it was only a test');
  expect(await lastDecision(page, 'cancel-retraining')).toMatchObject({ actor: 'ada' });

  await row.getByRole('button', { name: 'Retry' }).click();
  await act(page, 'Retry', 'once more');
  await expect(row).toContainText(/waiting|active/);
  expect(await lastDecision(page, 'retry-retraining')).toMatchObject({
    actor: 'ada',
    evidence: { retraining: id },
  });
  await row.getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1, name: id })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel it' }).click();
  await act(page, 'Cancel it', 'enough');
  await expect(page.getByText('Cancelled by ada: enough')).toBeVisible({ timeout: 60_000 });

  await page.goto('/queue');
  await page.getByRole('button', { name: 'Resume the trainers' }).click();
  await act(page, 'Resume the trainers', 'the test is over');
  await expect(page.getByRole('button', { name: 'Pause the trainers' })).toBeVisible();
  expect((await retrainings(page)).paused).toBe(false);
});

test('Bull Board is in a frame of ours, shows the queues, and what it changes is in the record', async ({
  page,
}) => {
  const { jobs } = await retrainings(page);
  await page.goto('/queue');
  await page.getByRole('link', { name: 'Bull Board' }).first().click();
  const board = page.frameLocator('iframe[title="Bull Board"]');
  await expect(board.getByText('retraining').first()).toBeVisible();
  await expect(board.getByText('training', { exact: true }).first()).toBeVisible();
  expect(jobs.training.completed).toBeGreaterThan(0);
  await keepPicture(page, 'queue-bull-board');
  const headers = { origin: new URL(page.url()).origin };
  const paused = await page.request.put('/bull-board/api/queues/training/pause', { headers });
  expect(paused.ok()).toBe(true);
  expect((await retrainings(page)).paused).toBe(true);
  expect(await lastDecision(page, 'bull-board')).toMatchObject({ actor: 'ada' });
  await page.request.put('/bull-board/api/queues/training/resume', { headers });
});

test.describe('with a key that may only read', () => {
  test.use({ storageState: 'test-results/reader.json' });
  test('everything is seen and nothing is offered', async ({ page }) => {
    await page.goto('/queue');
    for (const name of ['Pause the trainers', 'Retrain', 'Recalibrate'])
      await expect(page.getByRole('button', { name, exact: true })).toBeDisabled();
    const headers = { origin: new URL(page.url()).origin };
    const refused = await page.request.put('/bull-board/api/queues/training/pause', { headers });
    expect(refused.status()).toBe(403);
    expect((await page.request.get('/bull-board/api/queues')).ok()).toBe(true);
  });
});

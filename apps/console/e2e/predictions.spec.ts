// Predictions on the real kit: the numbers are those of the log, what is asked for is what is shown, and a label arrives with its reason.

import type { Page } from '@playwright/test';
import { ask, find, model } from './asking.ts';
import { expect, expectAccessible, keepPicture, test } from './browser.ts';

const table = (page: Page) => page.locator('main table').first();

test('the newest are shown, page by page, just as the log has them', async ({ page, request }) => {
  await page.goto('/predictions');
  const shown = await find(request, 'limit=100');
  const ids = table(page).locator('tbody tr td:first-child');
  await expect(ids).toHaveText(shown.slice(0, 50).map(({ id }) => id));
  await page.getByRole('button', { name: 'Next 50' }).click();
  await expect(ids).toHaveText(shown.slice(50).map(({ id }) => id));
  await page.getByRole('button', { name: 'Newest' }).click();
  await expect(ids).toHaveText(shown.slice(0, 50).map(({ id }) => id));
});

test('a search by version, scores, answer, label and event time shows what fits all of it', async ({
  page,
  request,
}) => {
  await page.goto('/predictions');
  await page.getByLabel('Version').fill('1');
  await page.getByLabel('Score from').fill('0.5');
  await page.getByLabel('Score to').fill('0.6');
  await page.getByLabel('Answer').selectOption('scored');
  await page.getByLabel('Label').selectOption('known');
  await page.getByLabel('Event time from (UTC)').fill('2001-05-04T00:00');
  await page.getByLabel('Event time until (UTC)').fill('2001-05-06T00:00');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/version=1.*minimumScore=0.5/);
  const query =
    'version=1&minimumScore=0.5&maximumScore=0.6&hasFailed=no&isLabelled=yes&from=2001-05-04T00:00:00Z&until=2001-05-06T00:00:00Z&limit=50';
  const wanted = await find(request, query);
  expect(wanted.length).toBeGreaterThan(0);
  await expect(table(page).locator('tbody tr td:first-child')).toHaveText(wanted.map(({ id }) => id));
  for (const { score } of wanted) expect(Math.abs(score - 0.55)).toBeLessThanOrEqual(0.05);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(page.getByLabel('Version')).toHaveValue('');
  await page.getByLabel('Unit').fill('nobody-of-this-name');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText('No prediction matches')).toBeVisible();
});

test('one prediction: its features, why this score, versions side by side', async ({ page, request }) => {
  const [one] = await find(request, 'version=2&variant=2&limit=1');
  await page.goto('/predictions');
  await page.getByLabel('Prediction id').fill(one!.id);
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(one!.id);
  await expect(page.getByText(one!.score.toFixed(4)).first()).toBeVisible();
  const address = `/v1/predictions/${one!.id}`;
  const told = await (await request.get(`${address}/contributions?model=${model}`)).json();
  const total = told.contributions.reduce(
    (sum: number, each: { contribution: number }) => sum + each.contribution,
    told.base,
  );
  expect(total).toBeCloseTo(Math.log(one!.score / (1 - one!.score)), 3);
  const contributions = page.getByRole('table', { name: 'Contributions' });
  await expect(contributions.locator('tbody tr')).toHaveCount(10);
  await expect(contributions.locator('tbody tr').first()).toContainText(told.contributions[0].feature);
  await page.getByLabel('Features in the table').selectOption('all');
  await expect(contributions.locator('tbody tr')).toHaveCount(told.contributions.length);
  await expect(page.getByText('sampled Shapley values')).toBeVisible();
  const { opinions } = await (await request.get(`${address}/opinions?model=${model}`)).json();
  const versions = page.getByRole('table', { name: 'Versions side by side' });
  await expect(versions.locator('tbody tr')).toHaveCount(opinions.length);
  const own = opinions.find(({ version }: { version: number }) => version === 2);
  // What the controller computes is what serving computed.
  expect(own.score).toBeCloseTo(one!.score, 6);
  await expect(versions).toContainText(`answered ${one!.score.toFixed(4)}`);
  const { features } = await (await request.get(`${address}?model=${model}`)).json();
  await expect(page.getByRole('table', { name: 'Features' }).locator('tbody tr')).toHaveCount(
    features.length,
  );
  await expectAccessible(page);
  await keepPicture(page, 'prediction');
});

test('what shadows made of a request stands beside its answer', async ({ page, request }) => {
  // Shadows are asked until the canary begins: of what the champion answered just before, some have one.
  let first: { eventTime: number } | undefined;
  for (let before = ''; ; ) {
    const answer = await request.get(`/v1/predictions?model=${model}&variant=2&limit=500${before}`);
    const { predictions, next } = await answer.json();
    first = predictions.at(-1) ?? first;
    if (next === null) break;
    before = `&before=${next}`;
  }
  const until = new Date(first!.eventTime).toISOString();
  const candidates = await find(request, `version=1&until=${until}&limit=60`);
  const details = await Promise.all(
    candidates.map(async ({ id }) => (await request.get(`/v1/predictions/${id}?model=${model}`)).json()),
  );
  const shadowed = details.find(({ shadows }) => shadows.length > 0);
  expect(shadowed, 'a prediction of version 1 that a shadow was asked about').toBeDefined();
  await page.goto(`/predictions/${model}/${shadowed.id}`);
  await expect(page.getByRole('table', { name: 'Versions side by side' })).toContainText(
    `shadow ${shadowed.shadows[0].score.toFixed(4)}`,
  );
});

test('a prediction that is not there is said not to be, with the reason', async ({ page }) => {
  // The browser logs every refusal as an error, and this one is wanted.
  page.removeAllListeners('console');
  await page.goto(`/predictions/${model}/aaaaaaaaaaaa-0-0`);
  await expect(page.getByRole('alert')).toContainText('has no prediction aaaaaaaaaaaa-0-0');
});

test('the review queue has what nobody has labelled; a label takes it out, and is recorded with who and why', async ({
  page,
  request,
}) => {
  const id = await ask(request);
  await page.goto('/predictions/review');
  const row = table(page).locator('tbody tr', { hasText: id });
  await expect(row).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'predictions-review');
  await row.getByRole('button', { name: 'Label positive' }).click();
  await page.getByLabel('Reason').fill('The tower says so');
  await page.getByRole('dialog').getByRole('button', { name: 'Label positive' }).click();
  await expect(row).toHaveCount(0);
  await page.goto(`/predictions/${model}/${id}`);
  const labels = page.getByRole('table', { name: 'Labels' });
  await expect(labels.locator('tbody tr')).toHaveCount(1);
  await page.getByRole('button', { name: 'Label negative' }).click();
  await page.getByLabel('Reason').fill('The tower was wrong');
  await page.getByRole('dialog').getByRole('button', { name: 'Label negative' }).click();
  await expect(labels.locator('tbody tr')).toHaveCount(2);
  await expect(labels.locator('tbody tr').first()).toContainText('counts');
  await expect(page.getByText('“The tower was wrong”')).toBeVisible();
  const { label } = await (await request.get(`/v1/predictions/${id}?model=${model}`)).json();
  expect(label).toBe(0);
  const { decisions } = await (await request.get('/v1/decisions?kind=label&limit=2')).json();
  expect(decisions.map(({ actor, reason, evidence }: Told) => [actor, reason, evidence.prediction])).toEqual([
    ['ada', 'The tower was wrong', id],
    ['ada', 'The tower says so', id],
  ]);
});

interface Told {
  readonly actor: string;
  readonly reason: string;
  readonly evidence: { readonly prediction: string };
}

test.describe('with a key that may only read', () => {
  test.use({ storageState: 'test-results/reader.json' });
  test('everything is shown, and nothing can be labelled', async ({ page, request }) => {
    const [one] = await find(request, 'limit=1');
    await page.goto(`/predictions/${model}/${one!.id}`);
    await expect(page.getByRole('button', { name: 'Label positive' })).toBeDisabled();
  });
});

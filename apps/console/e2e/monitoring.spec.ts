// Monitoring: what is shown is what the reports say, and every number leads to its report.

import { expect, expectAccessible, expectDrawn, keepPicture, test } from './browser.ts';

interface Window {
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly verdict: string;
  readonly findings: readonly { readonly verdict: string; readonly message: string }[];
  readonly drift: readonly { readonly feature: string | null; readonly value: number | null }[];
  readonly quality: { readonly metrics: { readonly rocAuc: { readonly value: number } } };
}

const endpoint = 'flight-delay';
const windowsOf = async (page: import('@playwright/test').Page, length: number): Promise<Window[]> =>
  (await (await page.request.get(`/v1/drift?endpoint=${endpoint}&length=${length}`)).json()).windows;

test('the latest window, its figures and its sentences are those of its report', async ({ page }) => {
  const latest = (await windowsOf(page, 1440)).at(-1)!;
  await page.goto('/monitoring');
  const section = page.getByRole('region', { name: /The latest window/ });
  await expect(
    section.getByText(latest.quality.metrics.rocAuc.value.toFixed(4), { exact: true }),
  ).toBeVisible();
  await expect(section.getByText(latest.verdict, { exact: true }).first()).toBeVisible();
  const path = await section.getByRole('link', { name: /as JSON/ }).getAttribute('href');
  const report = await (await page.request.get(path!)).json();
  expect(report.content.quality.metrics.rocAuc.value).toBe(latest.quality.metrics.rocAuc.value);
  await expectAccessible(page);
  await keepPicture(page, 'monitoring-day');
});

test('weeks have an alarm, which is explained in a sentence and leads to its window', async ({ page }) => {
  const windows = await windowsOf(page, 10_080);
  const alarmed = windows.filter(({ verdict }) => verdict === 'degraded' || verdict === 'drifted');
  expect(alarmed.length).toBeGreaterThan(0);
  await page.goto('/monitoring');
  await page.getByRole('radiogroup', { name: 'Length of a window' }).getByText('Windows of a week').click();
  const alarms = page.getByRole('region', { name: /^Alarms: \d/ });
  const { message } = alarmed.at(-1)!.findings[0]!;
  await expect(alarms.getByText(message)).toBeVisible();
  await alarms
    .getByRole('link', { name: /version/ })
    .first()
    .click();
  await expect(page).toHaveURL(/length=10080.*window=/);
  await keepPicture(page, 'monitoring-week');
});

test('a cell of the drift map has its number, and leads to the distribution of its feature', async ({
  page,
}) => {
  const latest = (await windowsOf(page, 1440)).at(-1)!;
  const moved = latest.drift
    .filter(({ feature }) => feature !== null)
    .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0))[0]!;
  await page.goto('/monitoring');
  const cell = page
    .getByRole('link', {
      name: new RegExp(`^${moved.feature}, .*version ${latest.version}: ${moved.value!.toFixed(2)}`),
    })
    .last();
  await cell.click();
  await expect(page).toHaveURL(new RegExp(`feature=${moved.feature}`));
  const query = `endpoint=${endpoint}&version=${latest.version}&from=${latest.from}&to=${latest.to}&feature=${moved.feature}`;
  const { distribution } = await (await page.request.get(`/v1/drift/window?${query}`)).json();
  const section = page.getByRole('region', { name: new RegExp(`^${moved.feature},`) });
  await expect(section.getByText(distribution.item.message)).toBeVisible();
  await expectDrawn(page.getByRole('img', { name: /Share of rows/ }));
  await section.getByRole('button', { name: 'The shares as numbers' }).click();
  await expect(section.getByRole('row')).toHaveCount(distribution.bins.length + 1);
  await expectAccessible(page);
  await keepPicture(page, 'monitoring-feature');
});

test('metrics are chosen, versions too, and the numbers of all windows are in a table', async ({ page }) => {
  const windows = await windowsOf(page, 1440);
  await page.goto('/monitoring');
  await page.getByRole('radiogroup', { name: 'Metric' }).getByText('Log loss').click();
  await expectDrawn(page.getByRole('img', { name: /^Log loss by window/ }));
  const rows = page.getByRole('region', { name: 'All windows' }).getByRole('row');
  await expect(rows).toHaveCount(windows.length + 1);
  await page.getByRole('combobox', { name: 'Version', exact: true }).selectOption('Version 1');
  await expect(rows).toHaveCount(windows.filter(({ version }) => version === 1).length + 1);
});

test('a whole report opens as a page, in the session of the console', async ({ page, context }) => {
  await page.goto('/monitoring');
  const opened = context.waitForEvent('page');
  await page
    .getByRole('link', { name: /^The whole report on/ })
    .first()
    .click();
  const report = await opened;
  await expect(report.getByRole('heading', { level: 1 })).toContainText(endpoint);
  await expect(report.getByText('Flightdeck monitoring report')).toBeVisible();
});

// Experiments: planned, started, fed with real requests, watched, and stopped.

import type { Page } from '@playwright/test';
import { expect, expectAccessible, expectDrawn, keepPicture, test } from './browser.ts';

const model = 'flight-delay';
const name = 'two-calibrations';

/** As clients do: an instance that the server has already answered in the demo's way, for so many units, at an event time of its own. */
async function askAbout(page: Page, units: readonly string[], time: number): Promise<void> {
  const serving = `${process.env.CONSOLE_SERVING_URL}/v1/models`;
  const { models } = await (await page.request.get(serving)).json();
  const { inputs } = models[0].served.signature;
  const row = Object.fromEntries(inputs.map((input: Input) => [input.name, anyValueOf(input)]));
  for (let first = 0; first < units.length; first += 50) {
    const instances = units.slice(first, first + 50).map((unit) => ({ ...row, unit, time }));
    const answer = await page.request.post(`${serving}/${model}/predict`, { data: { instances } });
    if (!answer.ok()) throw new Error(await answer.text());
  }
}

interface Input {
  readonly name: string;
  readonly type: string;
  readonly minimum?: number;
  readonly categories?: readonly string[];
}

function anyValueOf({ type, minimum, categories }: Input): unknown {
  return type === 'string' ? categories?.[0] : (minimum ?? 0);
}

test('is planned with the units and the days that it takes, started, watched and stopped', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await page.goto('/experiments');
  await expect(page.getByRole('heading', { name: 'No experiment has been made yet' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Plan the first one' }).click();

  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Control').and(page.locator('input')).fill('1');
  await page.getByLabel('Treatment', { exact: true }).and(page.locator('input')).fill('champion');
  await page.getByLabel('Metric of a unit').selectOption('score');
  await page.getByLabel('Smallest effect worth finding').fill('0.02');
  await page.getByLabel('Days at least').fill('0');
  const experiment = {
    name,
    variants: [
      { name: 'control', target: '1', weight: 50 },
      { name: 'treatment', target: 'champion', weight: 50 },
    ],
    metric: {
      ...{ kind: 'mean', name: 'score', better: 'higher' },
      deviation: Number(await page.getByLabel('Standard deviation of units').inputValue()),
    },
    ...{ minimumEffect: 0.02, power: 0.8, method: 'sequential', minimumDays: 0 },
  };
  const headers = { origin: new URL(page.url()).origin };
  const planned = await page.request.post(`/v1/models/${model}/experiment-plans`, {
    ...{ headers, data: { experiment } },
  });
  const { plan, traffic } = await planned.json();
  const takes = page.getByRole('region', { name: 'What it takes' });
  await expect(takes.getByText(plan.total.toLocaleString('en-US'), { exact: true })).toBeVisible();
  await expect(takes).toContainText(`${Math.round(traffic.unitsPerDay).toLocaleString('en-US')} a day`);
  await expectAccessible(page);
  await keepPicture(page, 'experiments-plan');

  await takes.getByRole('button', { name: 'Start the experiment' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start the experiment' });
  await dialog.getByLabel('Reason').fill('is the new calibration worth it?');
  await dialog.getByRole('button', { name: 'Start the experiment' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  const stored = async () => (await page.request.get(`/v1/experiments/${name}`)).json();
  const started = await stored();
  expect(started).toMatchObject({ asked: { by: 'ada' }, plan: { total: plan.total }, ended: null });

  const units = Array.from({ length: 600 }, (_, i) => `unit-${i}`);
  await askAbout(page, units, started.experiment.startsAt + 3_600_000);
  const history = async () => (await page.request.get(`/v1/experiments/${name}/history`)).json();
  const seen = async () => {
    const { looks } = await history();
    return looks.at(-1)?.groups.reduce((sum: number, group: { units: number }) => sum + group.units, 0) ?? 0;
  };
  await expect.poll(seen, { timeout: 60_000 }).toBeGreaterThan(0);
  const { looks } = await history();
  const last = looks.at(-1);
  const told = page.getByRole('region', { name: 'Units' });
  for (const { variant, units: each } of last.groups)
    await expect(told).toContainText(`${variant} ${each.toLocaleString('en-US')}`);
  const [ratio] = last.reasons;
  await expect(told).toContainText(ratio.message);
  await expectDrawn(page.getByRole('img', { name: /Units by variant/ }));
  await expectAccessible(page);
  await keepPicture(page, 'experiments-running');

  if ((await stored()).ended === null) {
    await page.getByRole('button', { name: 'Stop' }).click();
    const stop = page.getByRole('dialog', { name: 'Stop' });
    await stop.getByLabel('Reason').fill('the test has seen enough');
    await stop.getByRole('button', { name: 'Stop' }).click();
  }
  await expect(page.getByText(/Stopped by ada/)).toBeVisible();
  expect((await stored()).ended).toMatchObject({
    by: 'ada',
    how: 'stopped',
    why: 'the test has seen enough',
  });
  const [stopped] = (await (await page.request.get('/v1/decisions?kind=stop-experiment')).json()).decisions;
  expect(stopped).toMatchObject({
    actor: 'ada',
    reason: expect.stringContaining('the test has seen enough'),
  });
  await page.goto('/experiments');
  await expect(page.getByRole('row', { name: new RegExp(name) })).toContainText('stopped');
  await keepPicture(page, 'experiments-list');
});

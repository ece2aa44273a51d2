// Models: what the pages show is what the registry has, and an alias that is moved here is moved there, with who and why.

import type {
  ComparisonAnswer,
  ModelAnswer,
  ModelsAnswer,
  MovesAnswer,
  VersionAnswer,
} from '@flightdeck/admin-api';
import type { APIRequestContext, Page } from '@playwright/test';
import { expect, expectAccessible, keepPicture, test } from './browser.ts';

const get = async <Answer>(request: APIRequestContext, path: string) =>
  (await (await request.get(path)).json()) as Answer;

async function findModel(request: APIRequestContext): Promise<ModelAnswer> {
  const { models } = await get<ModelsAnswer>(request, '/v1/models');
  return get(request, `/v1/models/${models[0]!.name}`);
}

const row = (page: Page, table: string, text: string | RegExp) =>
  page.getByRole('region', { name: table, exact: true }).getByRole('row').filter({ hasText: text });

test('from the list to a model: aliases, versions and moves are those of the registry', async ({
  page,
  request,
}) => {
  const { name, aliases, versions } = await findModel(request);
  await page.goto('/models');
  await page.getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByText(`This one has ${versions} versions`)).toBeVisible();
  for (const { alias, to, actor, reason } of aliases) {
    const found = row(page, 'Aliases', alias);
    await expect(found).toContainText(`v${to}`);
    await expect(found).toContainText(actor);
    await expect(found).toContainText(reason);
  }
  const { moves } = await get<MovesAnswer>(request, `/v1/models/${name}/moves?limit=20`);
  await expect(row(page, 'Transition log', /v\d/)).toHaveCount(moves.length);
  await page.getByRole('radiogroup', { name: 'Which alias' }).getByText('challenger').click();
  const challengers = moves.filter(({ alias }) => alias === 'challenger');
  await expect(row(page, 'Transition log', /v\d/)).toHaveCount(challengers.length);
  await expectAccessible(page);
  await keepPicture(page, 'models-one');
});

test('a version shows its lineage, its gate, its metrics with intervals, its inputs, its card and its files', async ({
  page,
  request,
}) => {
  const { name } = await findModel(request);
  const version = await get<VersionAnswer>(request, `/v1/models/${name}/versions/1`);
  const { rocAuc } = version.contents.evaluations!.network!.metrics;
  await page.goto(`/models/${name}/1`);
  const lineage = page.getByRole('region', { name: 'Lineage' });
  await expect(lineage.getByRole('listitem')).toHaveCount(5);
  await expect(lineage.getByText(version.origin.lineage.datasetVersion!.slice(0, 12))).toBeVisible();
  await expect(lineage.getByRole('link', { name: version.origin.runId })).toHaveAttribute(
    'href',
    `/runs/${version.origin.runId}`,
  );
  for (const reason of version.gate.reasons) await expect(page.getByText(reason)).toBeVisible();
  await expect(row(page, 'Metrics', 'this version')).toContainText(
    `${rocAuc!.value.toFixed(4)}[${rocAuc!.low.toFixed(4)}, ${rocAuc!.high.toFixed(4)}]`,
  );
  await expect(
    page.getByRole('img', { name: `area ${rocAuc!.value.toFixed(4)} for this version` }),
  ).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'models-version');

  await page.getByRole('tab', { name: 'Inputs' }).click();
  for (const { name: input } of version.contents.inputs!.slice(0, 3))
    await expect(page.getByRole('cell', { name: input }).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Model card' }).click();
  await expect(page.getByRole('heading', { name: `Model card: ${name}` })).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'models-version-card');
  await page.getByRole('tab', { name: 'Files' }).click();
  for (const { path, sha256 } of version.files)
    await expect(row(page, 'Files', path)).toContainText(sha256.slice(0, 12));
  await expect(page.getByText(`npx flightdeck models export ${name}@1`)).toBeVisible();
  await expectAccessible(page);
});

test('two versions are compared: metrics with their difference, curves over each other, and drift', async ({
  page,
  request,
}) => {
  const { name } = await findModel(request);
  const { a, b, drift } = await get<ComparisonAnswer>(request, `/v1/models/${name}/comparison?a=2&b=1`);
  await page.goto(`/models/${name}`);
  await page.getByRole('checkbox', { name: 'Compare version 1', exact: true }).check();
  await page.getByRole('checkbox', { name: 'Compare version 2', exact: true }).check();
  await page.getByRole('link', { name: 'Compare v2 with v1' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `${name}: v2 against v1` })).toBeVisible();
  const [first, second] = [a, b].map(({ evaluation }) => evaluation!.metrics.rocAuc!.value);
  const metrics = row(page, 'Metrics', 'ROC-AUC');
  await expect(metrics).toContainText(first!.toFixed(4));
  await expect(metrics).toContainText(second!.toFixed(4));
  await expect(metrics).toContainText((first! - second!).toFixed(4));
  for (const curve of ['ROC curve', 'Precision over recall', 'Calibration'])
    await expect(page.getByRole('img', { name: new RegExp(`^${curve}.*v2.*v1`) })).toBeVisible();
  // A recalibration keeps the network and what it learnt from; only the scores move.
  const score = drift!.find(({ feature }) => feature === 'score')!;
  expect(score.stabilityIndex).toBeGreaterThan(0);
  await expect(row(page, 'Drift by feature', /^score/)).toContainText(score.stabilityIndex!.toFixed(4));
  const same = drift!.filter(({ stabilityIndex }) => stabilityIndex === 0).length;
  await expect(page.getByText(`${same} of ${drift!.length} are distributed exactly as before`)).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'models-comparison');
});

test('a version that is not there is said to be not there, with those that are', async ({
  page,
  request,
}) => {
  const { name } = await findModel(request);
  // The browser logs every refusal of a request as an error, and this one is wanted.
  page.removeAllListeners('console');
  await page.goto(`/models/${name}/999`);
  await expect(page.getByRole('alert')).toContainText(`${name} has no version 999`);
});

test('promoting and rolling back move the champion, and the log says who and why', async ({
  page,
  request,
  baseURL,
}) => {
  const { name, aliases } = await endWhatIsUnderWay(request, baseURL!);
  const champion = aliases.find(({ alias }) => alias === 'champion')!.to;
  const other = champion === 1 ? 2 : 1;
  const version = await get<VersionAnswer>(request, `/v1/models/${name}/versions/${other}`);
  await page.goto(`/models/${name}/${other}`);
  await page.getByRole('button', { name: 'Make champion' }).click();
  const dialog = page.getByRole('dialog', { name: 'Make champion' });
  await expect(dialog).toContainText(`Version ${other} takes the place of version ${champion}`);
  await expect(dialog).toContainText(version.gate.reasons[0]!);
  await expect(dialog.getByRole('button', { name: 'Make champion' })).toBeDisabled();
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('a test compares them on live rows');
  await expectAccessible(page);
  await keepPicture(page, 'models-promote');
  await dialog.getByRole('button', { name: 'Make champion' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Make champion' })).toBeHidden();
  const latest = async () =>
    (await get<MovesAnswer>(request, `/v1/models/${name}/moves?alias=champion`)).moves[0]!;
  expect(await latest()).toMatchObject({
    ...{ from: champion, to: other, actor: 'ada', reason: 'a test compares them on live rows' },
    evidence: { gate: { verdict: version.gate.verdict } },
  });

  await page.getByRole('link', { name: `All versions of ${name}` }).click();
  await expect(row(page, 'Aliases', 'champion')).toContainText(`v${other}`);
  await page.getByRole('button', { name: /^Roll back to v/ }).click();
  const back = page.getByRole('dialog');
  await back.getByRole('textbox', { name: 'Reason' }).fill('the test is over');
  await back.getByRole('button', { name: /^Roll back/ }).click();
  await expect(back).toBeHidden();
  await expect(row(page, 'Aliases', 'champion')).toContainText(`v${champion}`);
  expect(await latest()).toMatchObject({
    from: other,
    to: champion,
    actor: 'ada',
    reason: 'the test is over',
  });
  expect((await latest()).restores).not.toBeNull();
  const logged = row(page, 'Transition log', 'the test is over');
  await expect(logged).toContainText('ada');
  await expect(logged).toContainText('(rollback)');
});

test.describe('on a phone, in the dark', { tag: '@slow' }, () => {
  test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });

  test('a model, a version and a comparison fit, and axe finds nothing', async ({ page, request }) => {
    const { name } = await findModel(request);
    for (const [path, title] of [
      [`/models/${name}`, 'Transition log'],
      [`/models/${name}/1`, 'Slices'],
      [`/models/${name}/compare?a=2&b=1`, 'Feature drift between their references'],
    ] as const) {
      await page.goto(path);
      await expect(page.getByRole('heading', { name: title })).toBeVisible();
      const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await expect.poll(overhang).toBeLessThanOrEqual(0);
      await expectAccessible(page);
      await keepPicture(page, `models-${title.toLowerCase().replaceAll(' ', '-')}-phone`);
    }
  });
});

test.describe('with a key that may only read', () => {
  test.use({ storageState: 'test-results/reader.json' });

  test('nothing can be moved, and the button says what it takes', async ({ page, request, baseURL }) => {
    const { name } = await findModel(request);
    await page.goto(`/models/${name}`);
    await expect(row(page, 'Aliases', 'champion')).toBeVisible();
    for (const button of await page.getByRole('button', { name: /^Roll back/ }).all()) {
      await expect(button).toBeDisabled();
      await expect(button).toHaveAttribute('title', /scope admin/);
    }
    const answer = await request.put(`/v1/models/${name}/aliases/champion`, {
      data: { version: 1, reason: 'no' },
      headers: { origin: baseURL! },
    });
    expect(answer.status()).toBe(403);
  });
});

/** Other tests of the kit may have left a rollout or an experiment, which keeps the champion where it is. */
async function endWhatIsUnderWay(request: APIRequestContext, origin: string): Promise<ModelAnswer> {
  const model = await findModel(request);
  const data = { reason: 'a test needs the traffic' };
  const headers = { origin };
  const { underWay } = model;
  if (underWay?.kind === 'rollout')
    await request.post(`/v1/rollouts/${underWay.id}/abort`, { data, headers });
  if (underWay?.kind === 'experiment')
    await request.post(`/v1/experiments/${underWay.id}/stop`, { data, headers });
  await expect.poll(async () => (await findModel(request)).underWay).toBeNull();
  return model;
}

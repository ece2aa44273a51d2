// The endpoint: its traffic and its rollouts are those of the registry, and what is begun, halted, resumed, aborted and taken back here
// happens, and is in the record with who and why.

import type {
  EndpointAnswer,
  EndpointHead,
  OverviewAnswer,
  RolloutAnswer,
  RolloutHead,
} from '@flightdeck/admin-api';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, keepPicture, test } from './browser.ts';
import { ask } from './controller.ts';

/** The kit has one. */
async function endpoint(): Promise<EndpointAnswer> {
  const { endpoints } = await ask<{ endpoints: EndpointHead[] }>('/v1/endpoints');
  return ask(`/v1/endpoints/${endpoints[0]!.name}`);
}

async function latestDecision() {
  return (await ask<OverviewAnswer>('/v1/overview')).timeline[0]!;
}

async function act(page: Page, name: string | RegExp, reason: string, confirm = name): Promise<void> {
  await page.getByRole('main').getByRole('button', { name }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill(reason);
  await dialog.getByRole('button', { name: confirm }).click();
  await expect(dialog).toBeHidden();
}

test('the one endpoint opens by itself: who answers what, and how requests fare', async ({ page }) => {
  const { name, champion, service } = await endpoint();
  await page.goto('/endpoint');
  await expect(page).toHaveURL(`/endpoint/${name}`);
  const traffic = page.getByRole('region', { name: 'Traffic' });
  await expect(traffic).toContainText(`champion: version ${champion}, 100 %`);
  await expect(traffic.getByRole('link', { name: `version ${champion}` })).toHaveAttribute(
    'href',
    `/models/${name}/${champion}`,
  );
  const panels = page.getByRole('region', { name: 'Latency and errors' });
  await expect(panels.getByRole('img', { name: /^Latency p99/ })).toBeVisible();
  await expect(panels.getByRole('img', { name: /^Share of failed/ })).toBeVisible();
  const latest = service.findLast(({ version }) => version === champion)!;
  await expect(panels.getByRole('row').nth(1)).toContainText(latest.answered.toLocaleString('en-US'));
  await panels.getByText('p50', { exact: true }).first().click();
  await expect(panels.getByRole('img', { name: /^Latency p50/ })).toBeVisible();
  await panels.getByRole('button', { name: /^All \d+ windows/ }).click();
  await expect(panels.getByRole('row')).toHaveCount(service.length + 1);
});

test('an earlier rollout has every step with its verdict, its numbers and the agreement of its shadow', async ({
  page,
}) => {
  const { name } = await endpoint();
  const { rollouts } = await ask<{ rollouts: RolloutHead[] }>(`/v1/rollouts?endpoint=${name}`);
  const { id, candidate } = rollouts.find(({ status }) => status === 'full')!;
  const { decisions, stages } = await ask<RolloutAnswer>(`/v1/rollouts/${id}`);
  await page.goto(`/endpoint/${name}`);
  await page
    .getByRole('region', { name: 'Rollouts' })
    .getByRole('row', { name: 'became champion' })
    .getByRole('link')
    .click();
  await expect(
    page.getByRole('heading', { level: 1, name: `Rollout of version ${candidate}` }),
  ).toBeVisible();
  const steps = page.getByRole('region', { name: 'Its steps' });
  await expect(steps.getByText('passed', { exact: true })).toHaveCount(stages.length + 1);
  const judged = decisions.filter(({ reasons }) => reasons.length > 0);
  expect(judged.length).toBe(stages.length);
  for (const { why } of judged) await expect(steps.getByText(why)).toBeVisible();
  const compared = judged[0]!.reasons.find(({ check }) => check === 'shadow:disagreement')!;
  const agreement = steps.getByRole('group', { name: 'Agreement of the shadow' });
  await expect(agreement).toContainText(compared.n.toLocaleString('en-US'));
  await expect(agreement).toContainText(compared.value!.toFixed(4));
  await expect(agreement).toContainText(`[${compared.low!.toFixed(4)}, ${compared.high!.toFixed(4)}]`);
  await steps
    .getByText(/checks on what was seen/)
    .first()
    .click();
  await expect(steps.getByText(compared.message)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Abort' })).toHaveCount(0);
  await expectAccessible(page);
  await keepPicture(page, 'endpoint-rollout');
});

test('a rollout is begun, halted, resumed and aborted, each in the record with who and why', async ({
  page,
}) => {
  const { name, champion, before } = await endpoint();
  await page.goto(`/endpoint/${name}`);
  await page.getByRole('button', { name: 'Start a rollout' }).click();
  await page.getByRole('textbox', { name: 'Version' }).fill(String(champion));
  await page.getByRole('textbox', { name: 'Reason' }).fill('the champion against itself');
  // The browser logs every refusal of a request as an error, and this one is wanted.
  page.removeAllListeners('console');
  await page.getByRole('dialog').getByRole('button', { name: 'Start a rollout' }).click();
  await expect(page.getByRole('alert')).toContainText('champion already');
  await page.getByRole('textbox', { name: 'Version' }).fill(String(before));
  await page.getByRole('dialog').getByRole('button', { name: 'Start a rollout' }).click();

  const rollout = page.getByRole('region', { name: `Rollout of version ${before}` });
  await expect(rollout.getByText('under way')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Traffic' })).toContainText(
    `shadow: version ${before}, asked about`,
  );
  const { rollout: begun, shadows } = await endpoint();
  expect(begun).toMatchObject({ candidate: before, champion, status: 'running' });
  expect(shadows).toMatchObject([{ version: before }]);
  expect(await latestDecision()).toMatchObject({ kind: 'start-rollout', actor: 'ada' });
  await expect(rollout.getByText('The last look')).toBeVisible();
  await expectAccessible(page);
  await keepPicture(page, 'endpoint-rollout-under-way');

  await act(page, 'Halt', 'a storm, and nobody to watch');
  await expect(rollout.getByText('halted', { exact: true })).toBeVisible();
  await expect(rollout.getByText('a storm, and nobody to watch')).toBeVisible();
  expect(await latestDecision()).toMatchObject({
    kind: 'halt',
    actor: 'ada',
    reason: 'a storm, and nobody to watch',
  });

  await act(page, 'Resume', 'the storm is over');
  await expect(rollout.getByText('under way')).toBeVisible();
  expect(await latestDecision()).toMatchObject({ kind: 'resume', actor: 'ada', reason: 'the storm is over' });

  await act(page, 'Abort', 'it was only a test');
  await expect(page.getByRole('button', { name: 'Start a rollout' })).toBeVisible();
  expect(await latestDecision()).toMatchObject({ kind: 'abort', actor: 'ada', reason: 'it was only a test' });
  expect(await endpoint()).toMatchObject({ rollout: null, shadows: [], champion });
  await expect(page.getByRole('region', { name: 'Rollouts' }).getByRole('row').nth(1)).toContainText(
    'aborted',
  );
});

test('the champion is taken back to the version before', async ({ page }) => {
  const { name, champion, before } = await endpoint();
  await page.goto(`/endpoint/${name}`);
  await act(page, `Roll back to version ${before}`, 'a drill of going back');
  await expect(page.getByRole('region', { name: 'Traffic' })).toContainText(
    `champion: version ${before}, 100 %`,
  );
  expect((await endpoint()).champion).toBe(before);
  expect(await latestDecision()).toMatchObject({
    ...{ kind: 'take-back', actor: 'ada', reason: 'a drill of going back', version: before },
  });
  await ask(`/v1/endpoints/${name}`);
  expect(champion).not.toBe(before);
});

test.describe('with a key that may only read', () => {
  test.use({ storageState: 'test-results/reader.json' });

  test('nothing is offered that could not be done', async ({ page }) => {
    await page.goto('/endpoint');
    await expect(page.getByRole('button', { name: 'Start a rollout' })).toBeDisabled();
  });
});

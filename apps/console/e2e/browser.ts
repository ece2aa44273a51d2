// What every test of a page has: a browser at the kit's console, in which no error may be logged.

import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Locator, type Page } from '@playwright/test';

export { expect };

export const test = base.extend({
  page: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await use(page);
    expect(errors, 'errors in the browser').toEqual([]);
  },
});

/** Comes to the plot, and waits until it is drawn. */
export async function expectDrawn(plot: Locator): Promise<void> {
  await plot.scrollIntoViewIfNeeded();
  await expect(plot.locator('svg')).toBeVisible();
}

/** No breach of WCAG 2.1 A or AA that axe can find. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  expect(found, 'breaches of accessibility').toEqual([]);
}

/** Kept in test-results/screenshots, as an artifact of CI. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  // Plots are drawn when one comes near them.
  for (const plot of await page.locator('[data-plot]:visible').all()) await expectDrawn(plot);
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: `test-results/screenshots/${name}.png`, fullPage: true });
}

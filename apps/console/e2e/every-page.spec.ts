// What holds of all pages: they open from the menu, in the light, in the dark and on a phone, and axe finds nothing.

import { expect, expectAccessible, keepPicture, test } from './browser.ts';

const pages = [
  'Loop',
  'Models',
  'Runs',
  'Endpoint',
  'Monitoring',
  'Experiments',
  'Queue',
  'Predictions',
  'Try it',
];

for (const name of pages) {
  const file = name.toLowerCase().replaceAll(' ', '-');

  test(`${name} opens from the menu, and axe finds nothing`, async ({ page }) => {
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.waitForLoadState('load');
    await expect(page.getByRole('status', { name: 'On its way' })).toHaveCount(0);
    await expectAccessible(page);
    await keepPicture(page, file);
  });

  test.describe('on a phone, in the dark', { tag: '@slow' }, () => {
    test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    test(`${name} fits, and axe finds nothing`, async ({ page }) => {
      await page.goto('/');
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.getByRole('status', { name: 'On its way' })).toHaveCount(0);
      const overhang = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await expect.poll(overhang).toBeLessThanOrEqual(0);
      await expectAccessible(page);
      await keepPicture(page, `${file}-phone`);
    });
  });
}

// Signing in, and what a key that may only read is offered.

import { expect, test } from './browser.ts';

test.describe('without a session', () => {
  test.use({ storageState: { cookies: [], origins: [] } });

  test('a key is asked for, a wrong one refused with the reason, and a right one opens the console', async ({
    page,
  }) => {
    await page.goto('/models');
    await page.getByRole('textbox', { name: 'Key' }).fill('not-a-key-of-this-kit');
    const refused = page.waitForResponse('**/v1/session');
    // The browser logs every refusal of a request as an error, and this one is wanted.
    page.removeAllListeners('console');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect((await refused).status()).toBe(401);
    await expect(page.getByRole('alert')).toContainText('not known');
    await page.getByRole('textbox', { name: 'Key' }).fill('a-key-that-may-change-things');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Models' })).toBeVisible();
    await expect(page.getByText('ada')).toBeVisible();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { name: 'A key is needed' })).toBeVisible();
  });
});

// The console in a real Chromium, over a kit that is up on what the demo has left: npm run demo -- --rows 20000 && npm run test:console.
// Debian's browser where there is one; elsewhere `npx playwright install chromium` brings one.

import { defineConfig, devices } from '@playwright/test';
import { browserOptions } from '../../tools/installed-browser.ts';

const launchOptions = browserOptions();
const desktop = { ...devices['Desktop Chrome'], viewport: { width: 1280, height: 900 }, launchOptions };

export default defineConfig({
  testDir: 'e2e',
  // What trains for minutes, and every page once more on a phone.
  ...(process.env.CONSOLE_QUICK && { grepInvert: /@slow/ }),
  globalSetup: './e2e/kit.ts',
  // One kit for all, and some tests change it.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  outputDir: 'test-results/traces',
  reporter: [['list'], ['html', { open: 'never', outputFolder: 'test-results/report' }]],
  use: {
    // Known once `globalSetup` has run, which is before the tests' processes read this.
    ...(process.env.CONSOLE_URL && { baseURL: process.env.CONSOLE_URL }),
    trace: 'retain-on-failure',
    launchOptions,
    reducedMotion: 'reduce',
    storageState: 'test-results/admin.json',
  },
  // What the demo has left is read before other tests add to it.
  projects: [
    { name: 'the loop', testMatch: 'loop.spec.ts', use: desktop },
    { name: 'all else', testIgnore: 'loop.spec.ts', use: desktop },
  ],
});

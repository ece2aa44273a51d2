// The browser that this machine has anyway: Debian's Chromium, or Chrome as GitHub's runners and Macs have it.

import { existsSync } from 'node:fs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** How Playwright is to start it. Where there is none it starts its own, which `npx playwright install chromium` brings. */
export function browserOptions(): { readonly args: string[]; readonly executablePath?: string } {
  const executablePath = places.find((path) => existsSync(path));
  return { args: ['--no-sandbox'], ...(executablePath !== undefined && { executablePath }) };
}

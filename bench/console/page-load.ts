// One page of the console, opened in a browser that has nothing of it yet: when its content is there, and what it took.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession } from '@playwright/test';

export interface PageLoad {
  /** From the navigation's start until the content is there. */
  readonly contentMs: number;
  /** Until the last answer that was asked for until then has come. */
  readonly quietMs: number;
  /** As they came over the wire: headers, and bodies compressed. */
  readonly programBytes: number;
  readonly answerBytes: number;
  readonly answers: readonly { readonly path: string; readonly ms: number }[];
  /** The first link from the page's content to something below it. */
  readonly detail: string | null;
}

type Seen = Pick<PageLoad, 'contentMs' | 'quietMs' | 'answers' | 'detail'>;

/** In words, for the results. */
export const definition =
  'From the start of the navigation until the first frame in which main has a visible h1 and nothing on the page is a loader or a skeleton, or says that it is busy; it has to stay so for half a second. A new browser context each time, so nothing is cached.';

const mostMs = 30_000;

export async function loadPage(browser: Browser, url: string): Promise<PageLoad> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const traffic = await countTraffic(await context.newCDPSession(page));
    const { promise: seen, resolve } = Promise.withResolvers<Seen>();
    await page.exposeFunction('tellSeen', resolve);
    await page.addInitScript({ path: join(import.meta.dirname, 'in-page.js') });
    await page.goto(url, { waitUntil: 'commit' });
    return { ...(await within(mostMs, seen, url)), ...traffic() };
  } finally {
    await context.close();
  }
}

function within<Result>(ms: number, work: Promise<Result>, url: string): Promise<Result> {
  const late = sleep(ms, null, { ref: false }).then(() => {
    throw new Error(`The content of ${url} was not there after ${ms / 1_000} s.`);
  });
  return Promise.race([work, late]);
}

/** How long the same browser takes to show the same server's smallest answer: no page can be there before. */
export async function loadFloor(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${url}/v1`);
    return await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd");
  } finally {
    await context.close();
  }
}

/** By the browser's own count of what came in. */
async function countTraffic(
  session: CDPSession,
): Promise<() => Pick<PageLoad, 'programBytes' | 'answerBytes'>> {
  const paths = new Map<string, string>();
  const bytes = { programBytes: 0, answerBytes: 0 };
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    paths.set(requestId, new URL(request.url).pathname);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const isAnswer = paths.get(requestId)?.startsWith('/v1/');
    bytes[isAnswer ? 'answerBytes' : 'programBytes'] += encodedDataLength;
  });
  await session.send('Network.enable');
  return () => ({ ...bytes });
}

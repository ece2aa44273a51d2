// The kit's controller, asked beside the browser: what a page shows must be what it answers, and what somebody else does must be seen.

import { request } from '@playwright/test';

const authorization = 'Bearer a-key-that-may-change-things';

async function call<Answer>(path: string, body?: object): Promise<Answer> {
  const context = await request.newContext({
    baseURL: process.env.CONSOLE_URL!,
    extraHTTPHeaders: { authorization },
  });
  const answer = await (body ? context.post(path, { data: body }) : context.get(path));
  if (!answer.ok()) throw new Error(`${path} was answered with ${answer.status()}: ${await answer.text()}`);
  const value = (await answer.json()) as Answer;
  await context.dispose();
  return value;
}

export const ask = <Answer>(path: string): Promise<Answer> => call(path);

/** As ada, whose key it is. */
export const tell = <Answer>(path: string, body: object): Promise<Answer> => call(path, body);

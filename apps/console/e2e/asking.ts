// Predictions of the kit's: those that there are, and one more.

import { type APIRequestContext, expect } from '@playwright/test';

export const model = 'flight-delay';

export async function find(request: APIRequestContext, query: string) {
  const answer = await request.get(`/v1/predictions?model=${model}&${query}`);
  return (await answer.json()).predictions as { id: string; score: number; unit: string; version: number }[];
}

/** Asks serving itself, which looks everything up as of the end of the log, and waits until the log has it. */
export async function ask(request: APIRequestContext): Promise<string> {
  const { eventTime } = await (await request.get(`/v1/questions/${model}`)).json();
  const instance = { time: eventTime, unit: `e2e-${Date.now()}` };
  const url = `${process.env.CONSOLE_SERVING_URL}/v1/models/${model}/predict`;
  const { prediction } = await (await request.post(url, { data: { instance } })).json();
  await expect
    .poll(async () => (await find(request, `unit=${instance.unit}`)).map(({ id }) => id))
    .toEqual([prediction.predictionId]);
  return prediction.predictionId;
}

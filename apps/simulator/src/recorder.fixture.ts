// The three endpoints as the contract has them, over a list of what came: in-process for tests on virtual time, over HTTP for the
// others. What does not fit the contract's schemas is refused, as serving would.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Answer, Post } from './transport.ts';
import {
  eventsBody,
  labelsBody,
  predictBody,
  type WireEvent,
  type WireInstance,
  type WireLabel,
} from './wire.ts';

export type Recorded =
  | { readonly kind: 'prediction'; readonly id: string; readonly instance: WireInstance }
  | { readonly kind: 'event'; readonly event: WireEvent; readonly duplicate: boolean }
  | { readonly kind: 'label'; readonly label: WireLabel };

export interface Recorder {
  readonly post: Post;
  /** In the order of arrival. */
  readonly recorded: readonly Recorded[];
  /** Bodies by path, in the order of arrival. */
  readonly requests: readonly { readonly path: string; readonly items: number }[];
  readonly instances: readonly WireInstance[];
  readonly events: readonly WireEvent[];
  /** Unit of each labelled prediction to its label. */
  readonly labels: ReadonlyMap<string, WireLabel>;
}

/** Asked before each request: an answer is given in place of the recorder's own; what it throws is a broken connection. */
export type Interference = (path: string, body: unknown) => Answer | undefined | Promise<Answer | undefined>;

export function record(interfere: Interference = () => undefined, model = 'toy'): Recorder {
  const recorded: Recorded[] = [];
  const requests: { path: string; items: number }[] = [];
  const seen = new Set<string>();
  const units = new Map<string, string>();

  function answer(path: string, body: unknown): Answer {
    if (path === '/v1/events') {
      const { events } = eventsBody.parse(body);
      requests.push({ path, items: events.length });
      const duplicates = events.filter((event) => {
        const duplicate = seen.has(event.id);
        seen.add(event.id);
        recorded.push({ kind: 'event', event, duplicate });
        return duplicate;
      });
      const duplicate = duplicates.length;
      return ok({ accepted: events.length - duplicate, duplicate, late: 0, refused: [] });
    }
    if (path === `/v1/models/${model}/predict`) {
      const { instances } = predictBody.parse(body);
      requests.push({ path, items: instances.length });
      const predictions = instances.map((instance) => {
        const id = `token-${units.size.toString(36)}-0`;
        units.set(id, instance.unit);
        recorded.push({ kind: 'prediction', id, instance });
        return { predictionId: id, probability: 0.5 };
      });
      return ok({ model, version: 1, requestId: 'r', predictions });
    }
    if (path === `/v1/models/${model}/labels`) {
      const { labels } = labelsBody.parse(body);
      requests.push({ path, items: labels.length });
      const refused = labels.flatMap((label, index) => {
        recorded.push({ kind: 'label', label });
        const known = units.has(label.predictionId);
        return known ? [] : [{ index, code: 'PREDICTION_ID_INVALID', message: label.predictionId }];
      });
      return ok({ accepted: labels.length - refused.length, unknown: 0, refused });
    }
    return refusalOf(404, 'ROUTE_NOT_FOUND', `There is no route ${path}.`);
  }

  return {
    async post(path, body) {
      const sent: unknown = JSON.parse(JSON.stringify(body));
      const other = await interfere(path, sent);
      if (other) return other;
      try {
        return answer(path, sent);
      } catch (error) {
        return refusalOf(400, 'INVALID_BODY', String(error));
      }
    },
    recorded,
    requests,
    get instances() {
      return recorded.flatMap((item) => (item.kind === 'prediction' ? [item.instance] : []));
    },
    get events() {
      return recorded.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
    },
    get labels() {
      const labels = recorded.flatMap((item) => (item.kind === 'label' ? [item.label] : []));
      return new Map(labels.map((label) => [units.get(label.predictionId)!, label]));
    },
  };
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function refusalOf(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message, requestId: 'r' } } };
}

/** The recorder as a server, on a port of its own or the one given, until the test ends. */
export async function listen(recorder: Recorder, port = 0): Promise<string> {
  const server = createServer(async (request, response) => {
    const body: unknown = JSON.parse(await text(request));
    const answer = await recorder.post(request.url ?? '', body as object).catch(() => null);
    if (answer === null) return void response.destroy();
    if (answer.retryAfterMs !== undefined) response.setHeader('retry-after', answer.retryAfterMs / 1000);
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

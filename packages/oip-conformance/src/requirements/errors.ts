// What must be refused, how a refusal looks, and that the server has come through it all.

import { type Answer, described } from '../http-client.ts';
import { requireOutputs } from '../infer-answer.ts';
import { isWordedError, requireJsonType } from '../json-answer.ts';
import {
  exampleRequest,
  inferJson,
  type Model,
  modelPath,
  requireJsonExample,
  requireSame,
} from '../model-under-test.ts';
import { Skipped, Unmet, unmet } from '../outcome.ts';
import { type Requirement, recommended, required } from '../requirement.ts';
import { texts } from '../texts.ts';
import { refusedBinary } from './refused-binary.ts';
import { type RefusedRequest, refusedRequests } from './refused-requests.ts';

export const refusals = refusedRequests.map(asRequirement);
export const binaryRefusals = refusedBinary.map(asRequirement);

/** They look at the refusals as such. */
export const refusalForms = [
  required<Model>(
    'errors.status',
    texts.clientErrors,
    'What is wrong with a request is told with 4xx, not with 5xx.',
    (model) =>
      eachRefusal(model, refusedRequests, ({ status }, { alsoRight }) => {
        if (status > 499 && status !== alsoRight?.(model)) throw unmet('HTTP 4xx', `HTTP ${status}`);
      }),
  ),
  required<Model>(
    'errors.body',
    texts.inferError,
    'The body of a refusal is {"error": "…"} with a text that is not empty.',
    (model) => eachRefusal(model, refusedRequests, requireWorded),
  ),
  required<Model>('errors.content-type', texts.inferError, 'A refusal is application/json.', (model) =>
    eachRefusal(model, refusedRequests, requireJsonType),
  ),
  recommended<Model>(
    'errors.method',
    texts.methodNotAllowed,
    'GET on the infer path is answered by 405.',
    async ({ client, name }) => {
      const answer = await client({ method: 'GET', path: `${modelPath(name)}/infer` });
      if (answer.status !== 405) throw unmet('HTTP 405', described(answer));
    },
  ),
];

export const binaryRefusalForms: readonly Requirement<Model>[] = [
  {
    id: 'binary.errors.form',
    level: 'extension',
    extension: 'binary_tensor_data',
    section: texts.binaryRequest,
    sentence: 'Binary requests are refused with 4xx and {"error": "…"}, as JSON ones are.',
    check: (model) =>
      eachRefusal(model, refusedBinary, (answer) => {
        if (answer.status > 499 || !isWordedError(answer))
          throw unmet('HTTP 4xx with {"error": "…"}', described(answer));
      }),
  },
];

/** Comes last, when all that is wrong has been sent. */
export const survival = [
  required<Model>(
    'errors.still-live',
    texts.serverLive,
    'After all the requests that it refused, the model answers as before.',
    async (model) => {
      const request = exampleRequest(requireJsonExample(model));
      requireSame(model, requireOutputs(await inferJson(model, request)));
    },
  ),
];

function asRequirement(request: RefusedRequest): Requirement<Model> {
  const { make, alsoRight, ...name } = request;
  return {
    ...name,
    check: async (model) => {
      const answer = await answerOnce(model, request);
      // Which error status it is, and what it says, are requirements of their own.
      if (answer.status < 400) throw unmet('a refusal, HTTP 4xx', described(answer));
    },
  };
}

const answers = new WeakMap<Model, Map<RefusedRequest, Promise<Answer>>>();

/** A wrong request is sent once, though several requirements look at its answer. */
function answerOnce(model: Model, request: RefusedRequest): Promise<Answer> {
  const known = answers.get(model) ?? new Map<RefusedRequest, Promise<Answer>>();
  answers.set(model, known);
  const answer = known.get(request) ?? model.client(request.make(model));
  known.set(request, answer);
  return answer;
}

function requireWorded(answer: Answer): void {
  if (!isWordedError(answer)) throw unmet('{"error": "…"}', described(answer));
}

/** Gathers what is wrong with refusals, naming the requests. What is not refused at all fails by its own name. */
async function eachRefusal(
  model: Model,
  requests: readonly RefusedRequest[],
  check: (answer: Answer, request: RefusedRequest) => void,
): Promise<void> {
  const faults: { id: string; error: Unmet }[] = [];
  let made = 0;
  for (const request of requests) {
    try {
      const answer = await answerOnce(model, request);
      if (answer.status < 400) continue;
      made++;
      check(answer, request);
    } catch (error) {
      if (error instanceof Unmet) faults.push({ id: request.id, error });
      else if (!(error instanceof Skipped)) throw error;
    }
  }
  if (made === 0 && faults.length === 0) throw new Skipped('no request was refused');
  const [first] = faults;
  if (first)
    throw unmet(
      first.error.expected,
      faults.map(({ id, error }) => `${id}: ${error.came.slice(0, 120)}`).join('\n'),
    );
}

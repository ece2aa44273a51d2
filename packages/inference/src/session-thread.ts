// A thread of a pool (thread-pool.ts): holds a session of the model and runs what it is sent.

import { openSession, type Tensors } from '@flightdeck/onnx';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { type FinishedRun, inlineRunner, type Runner } from './runner.ts';
import { answerOf, buffersOf, type ThreadAnswer } from './thread-answer.ts';

export interface RunTask {
  readonly feeds: Tensors;
  readonly outputs?: readonly string[];
  /** The model, for a thread that has none yet. */
  readonly bytes?: ArrayBuffer;
}

/** The feeds again: this thread has taken a dead one's place and needs the model first. */
export interface Unopened {
  readonly unopened: Tensors;
}

let runner: Promise<Runner> | undefined;

export async function run({ feeds, outputs, bytes }: RunTask): Promise<ThreadAnswer<FinishedRun | Unopened>> {
  if (!runner && !bytes) return moved({ value: { unopened: feeds } }, feeds);
  const answer = await answerOf(openAndRun(feeds, outputs, bytes));
  return 'value' in answer ? moved(answer, answer.value.outputs) : answer;
}

/** Frees the session. */
export async function close(): Promise<void> {
  await (await runner)?.close();
}

async function openAndRun(
  feeds: Tensors,
  outputs: readonly string[] | undefined,
  bytes: ArrayBuffer | undefined,
): Promise<FinishedRun> {
  runner ??= openSession(new Uint8Array(bytes!)).then(inlineRunner);
  const opened = await runner;
  // Not left to garbage collection: there is little garbage here, and the file may be large.
  bytes?.transfer(0);
  return opened.run(feeds, outputs);
}

function moved<Answer extends object>(answer: Answer, tensors: Tensors): Answer {
  return move({ [transferableSymbol]: buffersOf(tensors), [valueSymbol]: answer }) as unknown as Answer;
}

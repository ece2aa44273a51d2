// One request inside the batcher, from its arrival to its answer. It is settled once, by whichever comes first: the last of its
// runs, a failure, its deadline. A ticket is state: the functions here and the waiting line change it.

import { FlightdeckError } from '@flightdeck/core';
import type { Tensors, TensorValue } from '@flightdeck/onnx';
import type { Inference } from './inference-model.ts';
import type { RequestGroup } from './request-group.ts';
import type { RowSource } from './row-source.ts';
import { joinRows } from './tensor-rows.ts';

export interface Ticket {
  readonly source: RowSource;
  readonly group: RequestGroup;
  /** The rows it counts as: one where the model takes requests whole. */
  readonly rows: number;
  readonly arrivedAt: number;
  readonly deadline: number;
  /** Until when it waits for company. */
  readonly flushAt: number;
  readonly resolve: (inference: Inference) => void;
  readonly reject: (error: Error) => void;
  /** How many of its rows runs have taken, and have answered. */
  taken: number;
  answered: number;
  /** The answers so far of a request that takes several runs. */
  readonly pieces: Piece[];
  startedAt: number;
  runMs: number;
  settled: boolean;
}

/** Rows `from` to `to` (exclusive) of a request. */
export interface Part {
  readonly ticket: Ticket;
  readonly from: number;
  readonly to: number;
}

interface Piece {
  readonly from: number;
  readonly outputs: Tensors;
}

/** Takes in the outputs for a part, from a run that has just ended; settles the request if it was the last. */
export function answer({ ticket, from, to }: Part, outputs: Tensors, endedAt: number, runMs: number): void {
  ticket.startedAt = Math.min(ticket.startedAt, endedAt - runMs);
  ticket.runMs += runMs;
  ticket.answered += to - from;
  if (to - from < ticket.rows) ticket.pieces.push({ from, outputs });
  if (ticket.answered < ticket.rows) return;
  try {
    settle(ticket, ticket.pieces.length === 0 ? outputs : joinPieces(ticket.pieces));
  } catch (error) {
    refuse(ticket, error as FlightdeckError);
  }
}

export function refuse(ticket: Ticket, error: Error): void {
  if (ticket.settled) return;
  ticket.settled = true;
  ticket.reject(error);
}

function settle(ticket: Ticket, outputs: Tensors): void {
  ticket.settled = true;
  const queueMs = Math.max(0, ticket.startedAt - ticket.arrivedAt);
  ticket.resolve({ outputs, queueMs, runMs: ticket.runMs });
}

function joinPieces(pieces: readonly Piece[]): Tensors {
  const inOrder = pieces.toSorted((a, b) => a.from - b.from);
  const joined: Record<string, TensorValue> = {};
  for (const name of Object.keys(inOrder[0]!.outputs)) {
    const whole = joinRows(inOrder.map(({ outputs }) => outputs[name]!));
    if (whole === undefined) throw oddPieces(name);
    joined[name] = whole;
  }
  return joined;
}

function oddPieces(name: string): FlightdeckError {
  return new FlightdeckError(
    'MODEL_FAILED_ON_INPUT',
    `The request took several runs of the model, and output "${name}" has another shape in each. Send fewer rows at once.`,
  );
}

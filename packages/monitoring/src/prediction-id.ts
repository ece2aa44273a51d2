// The name of a prediction: which instance made it, in which of its requests, for which row. Whoever answers makes the names without
// asking anybody, and no two are ever the same.

import { randomBytes } from 'node:crypto';

export interface PredictionIds {
  /** Names this instance, for as long as the process lives: 62 random bits. */
  readonly token: string;
  /** A number for a request that no other request of this instance has. */
  nextRequest(): number;
  /** What the ids of a request's rows begin with: the id of a row is this and the row's number, from 0. */
  prefix(request: number): string;
}

export function predictionIds(): PredictionIds {
  const token = randomToken();
  let requests = 0;
  return {
    token,
    nextRequest: () => requests++,
    prefix: (request) => `${token}-${request.toString(36)}-`,
  };
}

export function randomToken(): string {
  const bits = BigInt.asUintN(62, randomBytes(8).readBigUInt64LE());
  return bits.toString(36).padStart(12, '0');
}

export interface PredictionName {
  readonly token: string;
  readonly request: number;
  readonly row: number;
}

const form = /^([0-9a-z]{12})-(0|[1-9a-z][0-9a-z]{0,10})-(0|[1-9][0-9]{0,8})$/;

/** Null for what is no prediction's id. */
export function parsePredictionId(id: string): PredictionName | null {
  const [, token, number, row] = form.exec(id) ?? [];
  if (token === undefined) return null;
  const request = Number.parseInt(number!, 36);
  return Number.isSafeInteger(request) ? { token, request, row: Number(row) } : null;
}

/** The id as an SQL expression over the columns that segments keep its parts in. */
export const predictionIdSql = `token || '-' || lower(to_base(request::bigint, 36)) || '-' || "row"::varchar`;

// Which version answers whom. A unit (a customer, a flight) is put at a point of [0, 1) by a hash, and variants own parts of that line:
// the same unit gets the same variant on every instance, at every time, without anybody keeping a list.

import { FlightdeckError } from '@flightdeck/core';
import { murmurHash } from './murmur-hash.ts';

/** As in an endpoint's traffic: weights are relative to their sum. */
export interface Weighted {
  readonly target: string;
  readonly weight: number;
}

/**
 * A function from unit to target. The last variant's part grows from the right end of the line, the others but the first are laid
 * from the left, and the first (the champion) has what is between. So a canary, named last, takes units from the champion only
 * when it grows and gives them back to it only when it shrinks; nobody else's unit ever moves. Another salt shuffles all units
 * anew, independently: a unit that got the canary of one rollout is no likelier to get the next.
 */
export function splitTraffic(salt: string, variants: readonly Weighted[]): (unit: string) => string {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0 && variants.every(({ weight }) => weight >= 0 && weight < Number.POSITIVE_INFINITY)))
    throw new FlightdeckError(
      'TRAFFIC_INVALID',
      'Traffic needs at least one target, and weights that are no less than 0 and not all 0.',
    );
  const [first, ...others] = variants;
  const last = others.pop();
  const ends = endsFromLeft(others, total);
  const lastFrom = 1 - (last?.weight ?? 0) / total;
  const seed = saltSeed(salt);
  return (unit) => {
    const point = pointOf(unit, seed);
    if (last && point >= lastFrom) return last.target;
    return ends.find(({ end }) => point < end)?.target ?? first!.target;
  };
}

function endsFromLeft(variants: readonly Weighted[], total: number) {
  let end = 0;
  return variants.map(({ target, weight }) => {
    end += weight / total;
    return { target, end };
  });
}

/** Whether to ask the shadow too: the same answer for the same id, and whoever is sampled at a rate is sampled at every higher one. */
export function sampleShadows(salt: string, rate: number): (id: string) => boolean {
  const seed = saltSeed(`shadow:${salt}`);
  return (id) => pointOf(id, seed) < rate;
}

function saltSeed(salt: string): number {
  return murmurHash(Buffer.from(salt), 0);
}

function pointOf(id: string, seed: number): number {
  return murmurHash(Buffer.from(id), seed) / 2 ** 32;
}

// Chance that needs no order: what is drawn for a row depends on the row alone, so a replay that goes on after a restart, or that
// begins later, draws the same.

import { seededRandom } from '@flightdeck/core';

/** Uniform in [0, 1), the same for the same three. Draws of different purposes have nothing to do with each other. */
export function draw(seed: number, purpose: string, id: number): number {
  // FNV-1a over the purpose, then multiplicative hashing (Knuth, volume 3, 6.4); mulberry32's own mixing does the rest.
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193);
  return seededRandom(Math.imul(hash, 0x85ebca6b) + Math.imul(id, 0x9e3779b1)).uniform();
}

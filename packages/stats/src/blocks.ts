// The block bootstrap. Flights of one day share its weather, so they are no independent draws: resampling rows would give
// intervals several times too narrow. What is drawn with replacement is the day: a block of rows, all in or all out.

import type { Random } from '@flightdeck/core';
import { quantile } from './quantile.ts';

export interface Blocks {
  readonly count: number;
  /** The block of each row, 0 … count - 1. */
  readonly of: Uint32Array;
}

/**
 * A metric as a function of how often each block counts (`weights`, one a block). All ones give the metric itself,
 * a draw gives its value in that resample.
 */
export type BlockMetric<Value> = (weights: Float64Array) => Value;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Numbers the distinct ids 0, 1, … in rising order, so that an id that no row has is never drawn. */
export function numberBlocks(ids: Int32Array | Uint16Array): Blocks {
  const numbers = new Map([...new Set(ids)].sort((a, b) => a - b).map((id, number) => [id, number]));
  return { count: numbers.size, of: Uint32Array.from(ids, (id) => numbers.get(id)!) };
}

/**
 * How often each block was drawn, one array a resample; each draws `count` blocks with replacement. The same count and seed
 * give the same draws, so that resample i of two models holds the same rows and their difference is paired.
 */
export function drawBlocks(count: number, resamples: number, random: Random): Float64Array[] {
  return Array.from({ length: resamples }, () => {
    const weights = new Float64Array(count);
    for (let i = 0; i < count; i++) weights[random.integer(count)]!++;
    return weights;
  });
}

/**
 * The percentile interval (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3): the middle `level`
 * of the resampled values. With few blocks it is a little narrow, by about sqrt((count - 1) / count).
 */
export function percentileInterval(resampled: ArrayLike<number>, level: number): Interval {
  const tail = (1 - level) / 2;
  return { low: quantile(resampled, tail), high: quantile(resampled, 1 - tail) };
}

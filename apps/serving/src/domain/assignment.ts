// Which version answers which instance of a request: an endpoint's traffic is split by unit, and a request may be about many.

import type { DataPlane, Routed } from '../data-plane.ts';
import { checkedUnit } from '../http/request-context.ts';

export interface Group {
  readonly routed: Routed;
  /** Where its instances are in the request; null for all of them, in order. */
  readonly positions: readonly number[] | null;
  /** Whom its instances are about; null where none of them says. */
  readonly units: readonly string[] | null;
}

/** `unit`: of instances that name none. UNIT_INVALID, MODEL_NOT_FOUND, MODEL_NOT_READY. */
export function assignInstances(
  plane: DataPlane,
  endpoint: string,
  instances: readonly unknown[],
  unit: string,
): readonly Group[] {
  const own = instances.map(unitOf);
  if (own.every((each) => each === undefined))
    return [{ routed: plane.route(endpoint, unit), positions: null, units: null }];
  const units = own.map((each) => each ?? unit);
  const byVersion = Map.groupBy(units.keys(), (position) => plane.route(endpoint, units[position]!).variant);
  return [...byVersion.values()].map((positions) => ({
    routed: plane.route(endpoint, units[positions[0]!]!),
    positions: byVersion.size === 1 ? null : positions,
    units: pick(units, positions),
  }));
}

export function pick<Item>(items: readonly Item[], positions: readonly number[] | null): readonly Item[] {
  return positions === null ? items : positions.map((position) => items[position]!);
}

function unitOf(instance: unknown): string | undefined {
  const unit = (instance as { unit?: unknown } | null | undefined)?.unit;
  return unit === undefined || unit === null ? undefined : checkedUnit(unit);
}

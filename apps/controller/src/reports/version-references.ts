// What versions bring from their training, for reports to compare with. It never changes, so it is read once.

import { FlightdeckError } from '@flightdeck/core';
import { readVersionReference, type VersionReference } from '@flightdeck/monitoring';
import type { Registry } from '@flightdeck/registry';

export interface VersionReferences {
  /** Null for a version that has none, after the first question, which throws why: it was imported, or deleted. */
  of(model: string, version: number): Promise<VersionReference | null>;
}

export function versionReferences({ versions }: Pick<Registry, 'versions'>): VersionReferences {
  const known = new Map<string, VersionReference | null>();
  return {
    async of(model, number) {
      const key = JSON.stringify([model, number]);
      const present = known.get(key);
      if (present !== undefined) return present;
      try {
        const bundle = await versions.open(await versions.get(model, number));
        const reference = await readVersionReference(bundle);
        known.set(key, reference);
        return reference;
      } catch (error) {
        if (error instanceof FlightdeckError && !error.retryable) known.set(key, null);
        throw error;
      }
    },
  };
}

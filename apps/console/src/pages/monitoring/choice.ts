// What the page on monitoring is about, as its address says it, so that it can be linked to and gone back to.

import type { MonitoredEndpoint, WindowNumbers } from '@flightdeck/admin-api';
import { useSearchParams } from 'react-router';

export interface Choice {
  readonly endpoint: MonitoredEndpoint;
  /** Null for all versions. */
  readonly version: number | null;
  readonly lengthMinutes: number;
  /** Null for the score. */
  readonly feature: string | null;
}

/** What is not in the address, or not there any more, is the first that there is. */
export function choiceIn(address: URLSearchParams, endpoints: readonly MonitoredEndpoint[]): Choice {
  const endpoint = endpoints.find(({ endpoint: name }) => name === address.get('endpoint')) ?? endpoints[0]!;
  const version = Number(address.get('version'));
  const length = Number(address.get('length'));
  return {
    endpoint,
    version: endpoint.versions.includes(version) ? version : null,
    lengthMinutes: endpoint.lengths.includes(length) ? length : endpoint.lengths[0]!,
    feature: address.get('feature'),
  };
}

/** The window that is looked into: the latest, where none is chosen. */
export function windowIn(
  address: URLSearchParams,
  windows: readonly WindowNumbers[],
): WindowNumbers | undefined {
  const [version, from] = (address.get('window') ?? '').split('@').map(Number);
  return windows.find((one) => one.version === version && one.from === from) ?? latestOf(windows);
}

export function latestOf(windows: readonly WindowNumbers[]): WindowNumbers | undefined {
  return windows.toSorted((a, b) => a.to - b.to || a.version - b.version).at(-1);
}

export function idOf({ version, from }: WindowNumbers): string {
  return `${version}@${from}`;
}

/** The address with some of it changed; null takes a part away. */
export function changed(address: URLSearchParams, parts: Readonly<Record<string, string | null>>): string {
  const next = new URLSearchParams(address);
  for (const [name, value] of Object.entries(parts)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return `?${next}`;
}

export function useAddress() {
  const [address, setAddress] = useSearchParams();
  const go = (parts: Readonly<Record<string, string | null>>) =>
    setAddress(new URLSearchParams(changed(address, parts)), { preventScrollReset: true });
  return { address, go };
}

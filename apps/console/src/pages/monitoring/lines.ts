// Windows as lines: one for each version, because each is compared with its own training.

import type { WindowNumbers } from '@flightdeck/admin-api';
import type { Line, Moment } from '../../parts/over-time.ts';

type Measured = Omit<Moment, 'at'>;

/** At the end of each window, because that is when it was known. */
export function linesByVersion(
  windows: readonly WindowNumbers[],
  measure: (window: WindowNumbers) => Measured,
): Line[] {
  const versions = [...new Set(windows.map(({ version }) => version))].sort((a, b) => a - b);
  return versions.map((version) => ({
    name: `v${version}`,
    moments: windows
      .filter((window) => window.version === version)
      .map((window) => {
        const { value, low, high } = measure(window);
        return {
          at: window.to,
          value,
          ...(low !== undefined && { low }),
          ...(high !== undefined && { high }),
        };
      }),
  }));
}

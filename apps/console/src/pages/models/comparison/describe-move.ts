// A feature's drift as a sentence.

import type { FeatureMove } from '@flightdeck/admin-api';

/** The rule of thumb of credit scoring (Siddiqi 2006). */
const small = 0.1;
const large = 0.25;

export function describeMove({ stabilityIndex, stabilityNoise, missing }: FeatureMove): string {
  if (missing.from === null) return 'is new.';
  if (missing.to === null) return 'is gone.';
  if (stabilityIndex === null || stabilityNoise === null)
    return 'cannot be compared: the bins share no border.';
  if (stabilityIndex <= 2 * stabilityNoise) return 'has moved no further than chance would move it.';
  if (stabilityIndex < small) return 'has moved a little.';
  return stabilityIndex < large ? 'has moved.' : 'has moved far.';
}

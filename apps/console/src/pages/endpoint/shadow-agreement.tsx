// How far the shadow's scores were from the champion's, row by row.

import type { Reason } from '@flightdeck/admin-api';
import { Group } from '@mantine/core';
import { Figure } from '../../parts/figure.tsx';
import { count, decimal } from '../../parts/words.ts';
import { agreementIn } from './rollout-words.ts';

export function ShadowAgreement({ reasons }: { readonly reasons: readonly Reason[] }) {
  const found = agreementIn(reasons);
  if (!found) return null;
  const { pairs, allowed, difference } = found;
  return (
    <Group gap="xl" role="group" aria-label="Agreement of the shadow">
      <Figure name="Pairs compared" value={count(pairs)} detail="both scored the same row" />
      <Figure
        name="Mean difference of the scores"
        value={difference ? decimal(difference.mean) : 'not yet'}
        detail={
          difference
            ? `interval [${decimal(difference.low)}, ${decimal(difference.high)}], ${allowed} is allowed`
            : `too few pairs; ${allowed} is allowed`
        }
      />
    </Group>
  );
}

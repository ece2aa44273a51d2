// Drift at a glance: every feature by every window, the stability index above its noise, tinted by its limit. A cell leads to what lies
// behind it.

import type { AlarmLimits, DriftHistoryAnswer, DriftNumbers, WindowNumbers } from '@flightdeck/admin-api';
import { Box, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Section } from '../../parts/section.tsx';
import { decimal } from '../../parts/words.ts';
import { changed, idOf, useAddress } from './choice.ts';
import classes from './drift-map.module.css';
import { nameOfFeature, nameOfWindow, shortNameOf } from './window-words.ts';

interface DriftMapProps {
  readonly history: DriftHistoryAnswer;
  readonly chosen: WindowNumbers;
  readonly feature: string | null;
}

export function DriftMap({ history, chosen, feature }: DriftMapProps) {
  const { windows, alarms } = history;
  const { address } = useAddress();
  const unwatched = alarms?.unwatched ?? [];
  const rows = byDrift(windows, unwatched);
  return (
    <Section
      title="Drift"
      note={`How far each feature, and the score, has moved from the version's training: the population stability index, less what chance contributes. ${limitsIn(alarms)}`}
    >
      <Box
        style={{ overflowX: 'auto' }}
        ref={showLatest}
        tabIndex={0}
        role="group"
        aria-label="Drift by feature and window"
      >
        <table className={classes.map}>
          <thead>
            <tr>
              <th scope="col">Feature</th>
              {windows.map((window) => (
                <th key={idOf(window)} scope="col">
                  {shortNameOf(window)} <span>v{window.version}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((name) => (
              <tr key={name ?? ''}>
                <th scope="row">
                  {nameOfFeature(name)}
                  {name !== null && unwatched.includes(name) && ' (not watched)'}
                </th>
                {windows.map((window) => (
                  <td key={idOf(window)}>
                    <Cell
                      numbers={window.drift.find((each) => each.feature === name)}
                      window={window}
                      address={address}
                      limit={
                        name !== null && unwatched.includes(name) ? null : (alarms?.stabilityIndex ?? null)
                      }
                      isChosen={window === chosen && name === feature}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Box>
      <Text size="xs" c="dimmed">
        ▲ at or above the limit · ‼ for so many windows in a row that it is an alarm
      </Text>
    </Section>
  );
}

/** The latest windows are at the right. */
function showLatest(frame: HTMLDivElement | null): void {
  if (frame) frame.scrollLeft = frame.scrollWidth;
}

function limitsIn(alarms: AlarmLimits | null): string {
  if (alarms === null) return 'The policy has no windows of this length any more.';
  const { stabilityIndex, persistence } = alarms;
  return `It becomes an alarm at ${stabilityIndex}, for ${persistence.drift} windows in a row, where chance is ruled out.`;
}

/**
 * What has moved furthest in any window comes first; the score, which is what the model makes of all of them, before all, and what raises
 * no alarm after all.
 */
export function byDrift(windows: readonly WindowNumbers[], unwatched: readonly string[]): (string | null)[] {
  const furthest = new Map<string | null, number>();
  for (const { feature, value } of windows.flatMap(({ drift }) => drift))
    furthest.set(feature, Math.max(furthest.get(feature) ?? 0, value ?? 0));
  const rank = (feature: string | null) =>
    feature === null
      ? Number.POSITIVE_INFINITY
      : furthest.get(feature)! - (unwatched.includes(feature) ? 1e9 : 0);
  return [...furthest.keys()].sort((a, b) => rank(b) - rank(a));
}

interface CellProps {
  readonly numbers: DriftNumbers | undefined;
  readonly window: WindowNumbers;
  readonly address: URLSearchParams;
  readonly limit: number | null;
  readonly isChosen: boolean;
}

function Cell({ numbers, window, address, limit, isChosen }: CellProps) {
  if (numbers === undefined) return null;
  const { feature, value, verdict, exceeds } = numbers;
  const mark = verdict === 'drifted' ? ' ‼' : exceeds ? ' ▲' : '';
  const said = value === null ? 'unknown' : decimal(value, 2);
  return (
    <Link
      to={changed(address, { feature, window: idOf(window) })}
      preventScrollReset
      className={[classes.cell, tintOf(numbers, limit), isChosen && classes.chosen].filter(Boolean).join(' ')}
      aria-label={`${nameOfFeature(feature)}, ${nameOfWindow(window)}, version ${window.version}: ${said}${verdict === 'drifted' ? ', an alarm' : exceeds ? ', above the limit' : ''}`}
      {...(isChosen && { 'aria-current': true as const })}
    >
      {value === null ? '–' : said}
      {mark}
    </Link>
  );
}

function tintOf({ value, verdict, exceeds }: DriftNumbers, limit: number | null): string | undefined {
  if (verdict === 'drifted') return classes.alarm;
  if (exceeds) return classes.over;
  if (value === null || limit === null || value < limit / 4) return undefined;
  return value < limit / 2 ? classes.some : classes.half;
}

// Numbers and times as text, the same everywhere.

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

// Made once: making one takes longer than writing a thousand times with it.
const times = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  timeZone: 'UTC',
});
const counts = new Intl.NumberFormat('en-US');

/** "14 May 2001, 09:30", in UTC, which is what everything here is kept in. */
export function describeTime(time: Date): string {
  return times.format(time);
}

/** "12 s ago", "5 min ago", "3 h ago", "2 days ago". */
export function describeAge(milliseconds: number): string {
  return milliseconds < 1_000 ? 'just now' : `${describeDuration(milliseconds)} ago`;
}

/** "850 ms", "12 s", "5 min", "3 h", "2 days". */
export function describeDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 2 * minute) return `${Math.round(milliseconds / 1_000)} s`;
  if (milliseconds < 2 * hour) return `${Math.round(milliseconds / minute)} min`;
  if (milliseconds < 2 * day) return `${Math.round(milliseconds / hour)} h`;
  return `${Math.round(milliseconds / day)} days`;
}

/** "0.9224" */
export function decimal(value: number, digits = 4): string {
  return value.toFixed(digits);
}

/** "12.5 %", with as many digits as `digits` after the point. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** "1,307,164" */
export function count(value: number): string {
  return counts.format(value);
}

/** "1 check", "1,307 checks" */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** "1.2 MB" */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = value < 1 ? 0 : Math.min(3, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${power === 0 ? scaled : scaled.toFixed(1)} ${units[power]}`;
}

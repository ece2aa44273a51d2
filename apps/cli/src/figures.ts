// How numbers are written, in the terminal and in the report: the same everywhere.

/** "3,000,000". */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Four digits: a bootstrap interval is never narrower than that. */
export function score(value: number): string {
  return value.toFixed(4);
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** "0.7812 [0.7755, 0.7869]". */
export function withInterval({ value, low, high }: Interval): string {
  return `${score(value)} [${score(low)}, ${score(high)}]`;
}

/** "3.1e-7"; zero as "0". */
export function tiny(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

/** "0.8 s", "75 s", "4 min 10 s". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Of event time: "25 min", "8 h 15 min", "3.5 days". */
export function span(minutes: number): string {
  if (minutes < 60) return `${Math.round(minutes)} min`;
  if (minutes >= 2_880) return `${(minutes / 1_440).toFixed(1)} days`;
  return `${Math.floor(minutes / 60)} h ${Math.round(minutes % 60)} min`;
}

/** "812 kB", "1.9 GB": powers of 1000, as disks count. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(value, 1)) / 3));
  const scaled = value / 1000 ** power;
  return `${scaled < 10 && power > 0 ? scaled.toFixed(1) : Math.round(scaled)} ${units[power]}`;
}

/** "20.1 %". */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** "0.84 ms". */
export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

/** "2026-11-21 10:39 UTC". */
export function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

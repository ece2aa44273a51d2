// Numbers as docs/scaling.md has them: two digits are what these measurements are worth.

const places = (value: number, digits: number) =>
  new Intl.NumberFormat('en', { maximumSignificantDigits: digits }).format(value);

export function rounded(value: number): string {
  return places(value, 2);
}

/** As benchmarks tell it: three digits, and thousands in full. */
export function exact(value: number): string {
  return value >= 1000
    ? new Intl.NumberFormat('en', { maximumFractionDigits: 0 }).format(value)
    : places(value, 3);
}

export function bytes(value: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(value) / 3)));
  return `${rounded(value / 1000 ** unit)} ${units[unit]}`;
}

export function duration(seconds: number): string {
  if (seconds < 120) return `${rounded(seconds)} s`;
  if (seconds < 7_200) return `${rounded(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${rounded(seconds / 3_600)} h`;
  return `${rounded(seconds / 86_400)} days`;
}

export function percent(share: number): string {
  return share < 0.001 ? 'below 0.1 %' : `${rounded(100 * share)} %`;
}

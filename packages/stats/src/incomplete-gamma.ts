// The gamma function's logarithm and its upper incomplete part: the tails of the chi-square and normal distributions.

// Lanczos' approximation with g = 7 and nine terms (Godfrey 2001): relative error of gamma below 1e-14.
const lanczos = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  const shifted = x + 6.5;
  const sum = lanczos.reduce((total, term, i) => (i === 0 ? term : total + term / (x - 1 + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(shifted) - shifted + Math.log(sum);
}

/**
 * Q(shape, x), the regularised upper incomplete gamma function: the chance that a gamma variable of this shape is above x.
 * Below shape + 1 it is no small number and comes from the series of its complement; above, where it may be tiny, directly from
 * the continued fraction (Abramowitz and Stegun 1964, 6.5.29 and 6.5.31).
 */
export function upperGamma(shape: number, x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const factor = Math.exp(shape * Math.log(x) - x - logGamma(shape));
  return x < shape + 1 ? 1 - factor * lowerSeries(shape, x) : factor * upperFraction(shape, x);
}

function lowerSeries(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let i = 1; term > sum * 1e-17; i++) {
    term *= x / (shape + i);
    sum += term;
  }
  return sum;
}

/** By Lentz's method, modified by Thompson and Barnett (1986). */
function upperFraction(shape: number, x: number): number {
  let b = x + 1 - shape;
  let c = Number.MAX_VALUE;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1, change = 0; Math.abs(change - 1) > 1e-15 && i < 100_000; i++) {
    const a = -i * (i - shape);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    change = c * d;
    fraction *= change;
  }
  return fraction;
}

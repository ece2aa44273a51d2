// 16-bit floats on the wire, 32-bit floats inside. FP16 is IEEE 754's binary16: a sign, 5 bits of exponent, 10 of mantissa. BF16 is
// the upper half of a 32-bit float. Narrowing rounds to the nearest, ties to even; NaNs stay NaNs, with what fits of their bits.
// (Float16Array is younger than the oldest Node that this must run on, and nothing in JavaScript knows BF16.)

export function widenFloat16(halves: Uint16Array): Float32Array {
  return fromBits(halves, widened);
}

export function narrowToFloat16(floats: Float32Array): Uint16Array {
  return Uint16Array.from(bitsOf(floats), narrowed);
}

export function widenBfloat16(halves: Uint16Array): Float32Array {
  return fromBits(halves, (half) => half << 16);
}

export function narrowToBfloat16(floats: Float32Array): Uint16Array {
  return Uint16Array.from(bitsOf(floats), upperHalf);
}

function fromBits(halves: Uint16Array, widen: (half: number) => number): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = widen(halves[i]!);
  return new Float32Array(bits.buffer);
}

function bitsOf(floats: Float32Array): Uint32Array {
  return new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
}

const infinity = 0x7f80_0000;
/** A float whose bits can be read and written; one at a time, within one call. */
const float = new Float32Array(1);
const floatBits = bitsOf(float);

function widened(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = half & 0x7c00;
  const mantissa = half & 0x3ff;
  if (exponent === 0x7c00) return sign | infinity | (mantissa << 13);
  // The exponents' biases are 15 and 127.
  if (exponent !== 0) return sign | (((half & 0x7fff) << 13) + ((127 - 15) << 23));
  // A subnormal has a fixed exponent and no hidden bit.
  float[0] = mantissa * 2 ** -24;
  return sign | floatBits[0]!;
}

function narrowed(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fff_ffff;
  if (size > infinity) return sign | 0x7c00 | ((size >>> 13) & 0x3ff || 0x200);
  // 65,520 lies half way between the largest half and what would be the next.
  if (size >= 0x477f_f000) return sign | 0x7c00;
  // From 2^-14 on: take the bias off, and add half of what is cut off, less one bit where the result would be odd.
  if (size >= 0x3880_0000) return sign | ((size - ((127 - 15) << 23) + 0xfff + ((size >>> 13) & 1)) >>> 13);
  // Beside 0.5 a 32-bit float has steps of 2^-24, as subnormal halves have: the addition rounds.
  floatBits[0] = size;
  float[0]! += 0.5;
  return sign | (floatBits[0]! - 0x3f00_0000);
}

function upperHalf(bits: number): number {
  const isNan = (bits & 0x7fff_ffff) > infinity;
  if (isNan) return (bits >>> 16) | ((bits >>> 16) & 0x7f ? 0 : 0x40);
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

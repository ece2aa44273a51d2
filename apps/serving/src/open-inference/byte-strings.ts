// BYTES on the wire: each element is its length as 32 bits, little end first, and that many bytes. Models take strings as text,
// so the bytes have to be UTF-8.

import { isUtf8 } from 'node:buffer';
import type { FlightdeckError } from '@flightdeck/core';
import { invalidInput } from './refusals.ts';

/** Longest element, bytes. Codes and names are far shorter; what is longer would only occupy the tokenizers of graphs. */
export const longestString = 65_536;

/**
 * The `count` strings that `bytes` holds. INPUT_INVALID names the input and the element that is too long, cut short or not
 * UTF-8, or says how many bytes are left over.
 */
export function readByteStrings(name: string, count: number, bytes: Buffer): string[] {
  // Each takes at least its length: no room is made for more than there can be.
  if (count > bytes.length / 4)
    throw invalidInput(name, `${count} elements take more than ${bytes.length} bytes.`);
  const texts = new Array<string>(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = at + 4;
    if (start > bytes.length) throw cutShort(name, i);
    const length =
      (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
    if (length > longestString) throw tooLong(name, i, length);
    at = start + length;
    if (at > bytes.length) throw cutShort(name, i);
    texts[i] =
      length <= longestCached ? cachedText(name, i, bytes, start, at) : textOf(name, i, bytes, start, at);
  }
  if (at !== bytes.length)
    throw invalidInput(name, `${bytes.length - at} bytes are left over after its ${count} elements.`);
  return texts;
}

/** The strings as bytes, each behind its length. */
export function writeByteStrings(texts: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0));
  let at = 0;
  for (const text of texts) {
    const length = bytes.write(text, at + 4);
    at = bytes.writeUInt32LE(length, at) + length;
  }
  return bytes;
}

/** INPUT_INVALID for a text from JSON that is too long, holds a NUL, or half a character, which no encoding has bytes for. */
export function assertTexts(name: string, texts: readonly string[]): void {
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i]!;
    // At most 3 bytes a UTF-16 unit, so most texts need not be counted.
    const length = text.length * 3 > longestString ? Buffer.byteLength(text) : 0;
    if (length > longestString) throw tooLong(name, i, length);
    if (!text.isWellFormed()) throw notText(name, i);
    if (text.includes('\0')) throw holdsNul(name, i);
  }
}

/**
 * Strings seen lately. Columns of codes repeat a few short strings, and looking one up takes a tenth of the time of making it
 * anew. A slot holds the last string whose bytes fell on it, so this neither grows nor depends on who sends what.
 */
const slots = 4096;
const slotKeys = new Float64Array(slots).fill(-1);
const slotTexts = new Array<string>(slots).fill('');
/** With the length as its first digit, the key of 6 bytes stays below 2^53. */
const longestCached = 6;

function cachedText(name: string, position: number, bytes: Buffer, start: number, end: number): string {
  let key = end - start;
  let hash = key;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    key = key * 256 + byte;
    // Fowler, Noll and Vo's FNV-1: multiply by their prime, then mix in the byte.
    hash = Math.imul(hash, 0x0100_0193) ^ byte;
  }
  const slot = (hash ^ (hash >>> 15)) & (slots - 1);
  if (slotKeys[slot] !== key) {
    slotTexts[slot] = textOf(name, position, bytes, start, end);
    slotKeys[slot] = key;
  }
  return slotTexts[slot]!;
}

function textOf(name: string, position: number, bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  // What is no UTF-8 is read as U+FFFD, which may also have been sent as such.
  if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, end))) throw notText(name, position);
  if (text.includes('\0')) throw holdsNul(name, position);
  return text;
}

function tooLong(name: string, position: number, length: number): FlightdeckError {
  return invalidInput(name, `element ${position} has ${length} bytes; a string may have ${longestString}.`);
}

function cutShort(name: string, position: number): FlightdeckError {
  return invalidInput(
    name,
    `its data end within element ${position}. An element is its length (4 bytes) and that many bytes.`,
  );
}

function notText(name: string, position: number): FlightdeckError {
  return invalidInput(
    name,
    `element ${position} is not UTF-8, and models take strings as text. Send text, or base64 of the bytes.`,
  );
}

/** The runtime would take the text to end there. */
function holdsNul(name: string, position: number): FlightdeckError {
  return invalidInput(name, `element ${position} holds the character NUL, which ONNX Runtime cannot take.`);
}

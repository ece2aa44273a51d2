// NaN in JSON. Python writes a missing number so, and with it MLflow's own client (mlflow.pyfunc.scoring_server.client), though
// JSON does not know the word. Here it is what null is.

const quote = 0x22;
const backslash = 0x5c;
const letterN = 0x4e;
const letterA = 0x61;

/** The text with null for each NaN that is not within a string. */
export function nullForNan(bytes: Buffer): Buffer {
  if (!bytes.includes('NaN')) return bytes;
  const text = Buffer.allocUnsafe(Math.ceil((bytes.length * 4) / 3));
  let length = 0;
  let inString = false;
  let escaped = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (!inString && byte === letterN && bytes[i + 1] === letterA && bytes[i + 2] === letterN) {
      length += text.write('null', length);
      i += 2;
    } else {
      if (byte === quote && !escaped) inString = !inString;
      escaped = byte === backslash && !escaped;
      text[length++] = byte;
    }
  }
  return text.subarray(0, length);
}

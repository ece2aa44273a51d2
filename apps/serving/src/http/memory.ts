// The memory of large bodies. It lies outside of V8's heap, where only a garbage collection finds out that nobody reads it any more;
// and since a few hundred bodies weigh more than the whole heap, they bring about collections of all of it, ten a second. So whoever
// reads a body last gives its memory back.

/** For fewer bytes, giving them back takes longer than it saves. */
const fewestBytes = 16_384;

/** From here on `bytes`, and whatever else looks into their memory, is empty. Does nothing where the memory is not theirs alone. */
export function giveBack({ buffer, length }: Buffer): void {
  // A body may begin some bytes into its memory, so that its numbers are well aligned.
  const isAlone = buffer.byteLength - length < 8;
  if (length >= fewestBytes && isAlone && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

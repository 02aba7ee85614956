/**
 * Counts the answers on one connection. In the protocol each answer is a length (int32, big-endian)
 * followed by that number of bytes. Chunks may split it anywhere.
 *
 * @returns a function that takes each chunk and returns the number of answers that end in it.
 */
export function answerCounter(): (chunk: Uint8Array) => number {
  let length = 0;
  let lengthBytes = 0;
  /** Bytes that are still missing of the current answer, once its length is known. */
  let left = 0;
  return (chunk) => {
    let ended = 0;
    let at = 0;
    while (at < chunk.length) {
      if (lengthBytes < 4) {
        length = length * 256 + chunk[at++]!;
        if (++lengthBytes < 4) continue;
        left = length;
      } else {
        const taken = Math.min(left, chunk.length - at);
        at += taken;
        left -= taken;
      }
      if (left > 0) continue;
      ended++;
      length = 0;
      lengthBytes = 0;
    }
    return ended;
  };
}

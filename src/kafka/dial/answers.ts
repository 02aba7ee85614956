/**
 * Counts the answers in what one connection brings. The protocol lays each out as a length (int32, big
 * endian) and so many bytes; a stream cuts them anywhere.
 *
 * @returns gives for each chunk how many answers end in it.
 */
export function answerCounter(): (chunk: Uint8Array) => number {
  let length = 0;
  let lengthBytes = 0;
  /** What is still to come of the answer whose length is known, in bytes. */
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

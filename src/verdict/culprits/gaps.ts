/** Messages of one producer and partition that were sent one after the other, and none of which came into the log. */
export interface Gap {
  first: number;
  last: number;
}

/**
 * Finds the gap that a message lies in.
 *
 * @param sent the producer sent the messages below this number.
 * @param partitions a producer's messages go to them in turn.
 */
export function gapFinder(
  sent: number,
  partitions: number,
  cameIntoLog: (number: number) => boolean,
): (number: number) => Gap {
  /** By the remainder that the numbers of a partition leave: the gap that was found last. A search asks in order. */
  const latest = new Map<number, Gap>();
  return (number) => {
    const known = latest.get(number % partitions);
    if (known !== undefined && known.first <= number && number <= known.last) return known;
    let [first, last] = [number, number];
    while (first - partitions >= 0 && !cameIntoLog(first - partitions)) first -= partitions;
    while (last + partitions < sent && !cameIntoLog(last + partitions)) last += partitions;
    const gap = { first, last };
    latest.set(number % partitions, gap);
    return gap;
  };
}

import { popcount, lowBits } from "../../ledger/box/bits.js";
import type { Ledger } from "../../ledger/ledger.js";
import { secondsOf } from "./tally.js";

/** Messages by the second of their sending. */
export interface CourseSecond {
  accepted: number;
  rejected: number;
  /** In the log at the scan, or seen there before. */
  stored: number;
  received: number;
  duplicated: number;
}

/** What became of the messages that were sent in each second: what a timeline of fates does not say. */
export function courseOf(
  { layout, planes, sentBelow, sendTimes }: Ledger,
  startedAt: number,
): CourseSecond[] {
  const counted = {
    accepted: [planes.accepted],
    rejected: [planes.rejected],
    stored: [planes.stored, planes.seen],
    received: [planes.began],
    duplicated: [planes.endedAgain],
  } satisfies Record<keyof CourseSecond, Uint32Array[]>;
  const seconds: CourseSecond[] = [];
  for (let producer = 0; producer < layout.messages.length; producer++) {
    const sent = sentBelow[producer]!;
    let from = 0;
    for (const { second, next } of secondsOf(sendTimes[producer]!, startedAt)) {
      const to = Math.min(Math.max(next, from), sent);
      while (seconds.length <= second) seconds.push(noSecond());
      const tally = seconds[second]!;
      for (const name of Object.keys(counted) as (keyof CourseSecond)[])
        tally[name] += countWithin(counted[name], layout.bases[producer]!, from, to);
      from = to;
    }
  }
  return seconds;
}

function noSecond(): CourseSecond {
  return { accepted: 0, rejected: 0, stored: 0, received: 0, duplicated: 0 };
}

/** Bits that are set in any of the planes, in a range of one producer's messages. */
function countWithin(planes: readonly Uint32Array[], base: number, from: number, to: number): number {
  let count = 0;
  for (let word = Math.floor(from / 32); word * 32 < to; word++) {
    const within = lowBits(to - word * 32) & ~lowBits(from - word * 32);
    const bits = planes.reduce((all, plane) => all | plane[base / 32 + word]!, 0);
    count += popcount(bits & within);
  }
  return count;
}

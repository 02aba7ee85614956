import type { Ledger } from "../ledger/ledger.js";
import { rangeName } from "../plan/message-name.js";
import { type Cause, causes } from "../scenario/scenario.js";
import { type LostRange, lostRanges } from "../verdict/fates/each-fate.js";
import type { Judged } from "./make-result.js";

/** The lost messages of a run by cause and time, as data. */
export interface LostList {
  schema: "lossbound.lost/1";
  scenario: string;
  runId: string;
  /** How many are listed. */
  lost: number;
  /** Only those that lost any, or the one that was asked for. */
  causes: LostByCause[];
}

export interface LostByCause {
  cause: Cause;
  lost: number;
  /** In the order of their sending. */
  ranges: LostMessages[];
}

/** Messages of one producer that follow one another, or that do so in one partition. */
export interface LostMessages {
  /** `0:1200-1299`; every third of them, `0:1200-1299/3`. */
  messages: string;
  producer: number;
  from: number;
  to: number;
  /** From each to the next: 1, or the number of partitions. */
  step: number;
  lost: number;
  /** They were sent after the one and by the other moment: milliseconds since the producers began to send. */
  sentFrom: number;
  sentUntil: number | null;
}

export function listLost({ run, ledger }: Judged, only?: Cause): LostList {
  const { startedAt } = run;
  const ranges = lostRanges(ledger, run.plan.scenario.topic.partitions).map((range) =>
    inTime(range, ledger, startedAt),
  );
  const wanted = causes.filter((cause) => only === undefined || cause === only);
  const lists = wanted.map((cause): LostByCause => {
    const those = ranges.filter((range) => range.cause === cause).map(({ messages }) => messages);
    const inOrder = those.toSorted(
      (one, next) => one.sentFrom - next.sentFrom || one.producer - next.producer || one.from - next.from,
    );
    return { cause, lost: sum(those), ranges: inOrder };
  });
  return {
    schema: "lossbound.lost/1",
    scenario: run.plan.scenario.name,
    runId: run.runId,
    lost: lists.reduce((all, { lost }) => all + lost, 0),
    causes: lists.filter(({ lost }) => lost > 0 || only !== undefined),
  };
}

function inTime(
  { cause, producer, from, to, step }: LostRange,
  { sendTimes }: Ledger,
  startedAt: number,
): { cause: Cause; messages: LostMessages } {
  const times = sendTimes[producer]!;
  const after = times[lastAtMost(times, from)]?.at ?? startedAt;
  const by = times[lastAtMost(times, to) + 1]?.at;
  const messages = {
    messages: rangeName(producer, from, to, step),
    producer,
    from,
    to,
    step,
    lost: (to - from) / step + 1,
    sentFrom: Math.round(after - startedAt),
    sentUntil: by === undefined ? null : Math.round(by - startedAt),
  };
  return { cause, messages };
}

/** Place of the last moment by which it had not been sent yet; −1 where there is none. Their numbers only grow. */
function lastAtMost(times: Ledger["sendTimes"][number], number: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]!.next <= number) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function sum(ranges: readonly LostMessages[]): number {
  return ranges.reduce((all, { lost }) => all + lost, 0);
}

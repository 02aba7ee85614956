import type { TruncationRecord } from "../../ledger/record/run-record.js";
import type { Occurrence } from "./occurrence.js";

/** What became of the log, beside its records. */
export interface LogHistory {
  occurrences: readonly Occurrence[];
  /** Where brokers cut their replicas, by their own logs; `null` if these could not be read. */
  truncations: readonly TruncationRecord[] | null;
  /** Whether consumers are a command: then nothing shows what they have in hand. */
  commandedConsumers: boolean;
}

/**
 * What took a record out of the log: of the deletions that touched its partition, the first one after it was
 * sent; else the fault on a broker that was the latest before a replica of the partition was cut.
 */
export function culpritInLog(
  { occurrences, truncations }: LogHistory,
  partition: number,
  sentAt: number,
): Occurrence | undefined {
  const deletions = occurrences.filter((one) => takesRecords(one, partition));
  const deletion = deletions.find(({ until, from }) => (until === Infinity ? from : until) >= sentAt);
  if (deletion !== undefined) return deletion;
  const cut = truncations?.find((one) => one.partition === partition && one.at >= sentAt);
  const ofBrokers = occurrences.filter(
    ({ fault }) =>
      fault.kind === "broker" ||
      (fault.kind === "topic" && fault.action.do === "move-leader" && fault.action.partition === partition),
  );
  const byCut = cut && ofBrokers.findLast(({ from }) => from <= cut.at);
  return byCut ?? deletions.at(-1);
}

/**
 * What moved the group's position over a record: a reset, or what took away the log under the position. A reset
 * passes over as many records as it moved the position by, and no more.
 */
export class Skips {
  readonly #history: LogHistory;
  /** Records that a reset may still have passed over, by occurrence and partition. */
  readonly #left = new Map<string, number>();

  constructor(history: LogHistory) {
    this.#history = history;
  }

  /** Call it once for each record, in the order of their numbers. */
  culpritOf(partition: number, sentAt: number): Occurrence | undefined {
    const { occurrences, commandedConsumers } = this.#history;
    const able = occurrences.filter(({ fault }) => {
      switch (fault.kind) {
        case "reset-offsets":
        case "topic":
        case "broker":
          return true;
        case "kill":
        case "stop":
        case "pause":
          return commandedConsumers && fault.role === "consumer";
        case "link":
          return commandedConsumers && fault.on === "consumer-link";
        case "join":
          return commandedConsumers;
        case "oversize":
          return false;
      }
    });
    const inOrder = [...able.filter(({ until }) => until >= sentAt), ...able.toReversed()];
    const culprit = inOrder.find((one) => this.#mayPassOver(one, partition));
    if (culprit !== undefined) this.#passOver(culprit, partition);
    return culprit;
  }

  #mayPassOver(one: Occurrence, partition: number): boolean {
    if (one.fault.kind === "topic" && !takesRecords(one, partition)) return false;
    return this.#leftOf(one, partition) > 0;
  }

  #passOver(one: Occurrence, partition: number): void {
    this.#left.set(`${one.key} ${partition}`, this.#leftOf(one, partition) - 1);
  }

  #leftOf(one: Occurrence, partition: number): number {
    const known = this.#left.get(`${one.key} ${partition}`);
    if (known !== undefined) return known;
    const moved = one.positions.find((position) => position.partition === partition);
    // A position that was taken away is set anew when a consumer comes, wherever the log ends by then.
    if (moved === undefined || moved.to === null) return Infinity;
    return Math.max(0, moved.to - (moved.from ?? 0));
  }
}

/** Whether an occurrence takes records of a partition out of the log. */
function takesRecords({ fault }: Occurrence, partition: number): boolean {
  if (fault.kind !== "topic") return false;
  switch (fault.action.do) {
    case "delete-records":
      return fault.action.partition === undefined || fault.action.partition === partition;
    case "retention":
    case "recreate":
      return true;
    case "move-leader":
    case "add-partitions":
      return false;
  }
}

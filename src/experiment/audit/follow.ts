import { pause, waitUntil } from "../../base/wait.js";
import { createAuditorBox } from "../../ledger/box/auditor-box.js";
import { hasBit, setBit } from "../../ledger/box/bits.js";
import { logMayShrink } from "../../plan/log-changes.js";
import type { AuditOrder } from "./audit.js";
import { recordIndex } from "./record-index.js";

export interface FollowOrder extends Omit<AuditOrder, "groupId"> {
  /** Whether to delete its groups, because the cluster outlives the run. */
  clusterStays: boolean;
  /** Prints a line for the user. */
  say(line: string): void;
}

/** How long the follower may lag behind the log. It reads faster than the producers write. */
const passLimitMs = 60_000;
const againAfterMs = 200;

/**
 * Follows the log as a witness if the plan lets records vanish from it; otherwise returns
 * `undefined`. Resolves when the follower reads.
 *
 * @throws LossboundError `DEADLINE` if the follower does not start reading in time.
 */
export async function followWhereNeeded(order: FollowOrder): Promise<Follower | undefined> {
  if (!logMayShrink(order.plan)) return undefined;
  const box = createAuditorBox(order.boxes, "follow", { runId: order.runId, layout: order.plan.layout });
  const follower = new Follower(order, box.planes.seen, () => box[Symbol.dispose]());
  try {
    await follower.passed(new Map());
    return follower;
  } catch (error) {
    await follower[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Follows the log for live metrics. Its observations are not evidence: they are discarded, and
 * nothing waits for it. If it cannot read or misses records, only its own count lags.
 */
export function watchLog(order: FollowOrder): LogWatch {
  return new Follower(order, seenInMemory(order.plan.layout.words));
}

export interface LogWatch extends AsyncDisposable {
  /** Number of messages seen in the log so far. */
  readonly seen: number;
}

/** Returns a doubt if the follower missed records, which makes the causes of losses uncertain. */
export function missedInWords(follower: Follower | undefined): string[] {
  if (follower === undefined || follower.missed === 0) return [];
  return [`${follower.missed} records vanished before the auditor that follows the log saw them`];
}

/**
 * The following auditor. It reads each partition during the run and marks what it sees. A witness
 * marks in a box of its own, so that a record which vanishes later is known to have been there. It
 * starts again when brokers die, leaders move, or the log is truncated below its position.
 */
export class Follower implements LogWatch {
  readonly #order: FollowOrder;
  readonly #seen: Seen;
  readonly #close: () => void;
  /**
   * Offset after the last record that it saw, by partition; missing if reading may not continue
   * there.
   */
  readonly #reached: Map<number, number>;
  #missed = 0;
  readonly #groups: string[] = [];
  readonly #over = new AbortController();
  #again = new AbortController();
  #reads = false;
  readonly #following: Promise<void>;

  constructor(order: FollowOrder, seen: Seen, close: () => void = () => {}) {
    this.#order = order;
    this.#seen = seen;
    this.#close = close;
    const { partitions } = order.plan.scenario.topic;
    this.#reached = new Map(Array.from({ length: partitions }, (_, partition) => [partition, 0]));
    this.#following = this.#follow();
  }

  get seen(): number {
    return this.#seen.count;
  }

  /** Records that vanished before it read them. It is unknown which messages they were. */
  get missed(): number {
    return this.#missed;
  }

  /**
   * Resolves when it is reading and has seen every record below an offset, by partition.
   *
   * @throws LossboundError `DEADLINE` if it does not get that far in time.
   */
  async passed(below: ReadonlyMap<number, number>): Promise<void> {
    const behind = (): [number, number][] =>
      [...below].filter(([partition, offset]) => (this.#reached.get(partition) ?? 0) < offset);
    await waitUntil(
      "the auditor that follows the log to catch up",
      () => this.#reads && behind().length === 0,
      {
        limitMs: passLimitMs,
        everyMs: 5,
        signal: this.#order.signal,
        evidence: () =>
          behind()
            .map(([one, offset]) => `partition ${one}: read ${this.#reached.get(one) ?? 0} of ${offset}`)
            .join("\n"),
      },
    );
  }

  /** Resolves when it has seen all records that are in the log now. */
  async passedEnds(): Promise<void> {
    const { admin, topic, signal } = this.#order;
    const ends = await waitUntil("the ends of the log", () => admin.logEnds(topic), {
      limitMs: passLimitMs,
      everyMs: 100,
      signal,
    });
    const filled = ends.filter(({ start, end }) => end > start);
    await this.passed(new Map(filled.map(({ partition, end }) => [partition, end])));
  }

  /** Reads a recreated or truncated log from its start. */
  readFromStart(): void {
    this.#reads = false;
    this.#reached.clear();
    this.#again.abort();
  }

  /** Reads the rest of the log, and stops. */
  async end(): Promise<void> {
    // A reader beyond the cut cannot tell that a log was truncated and has grown since.
    if (this.#order.plan.faults.some(({ kind }) => kind === "broker")) this.readFromStart();
    await this.passedEnds();
    this.#over.abort();
    await this.#following;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#following;
    if (this.#order.clusterStays) await this.#deleteGroups();
    this.#close();
  }

  /**
   * Deletes its groups. Some were never joined, and one with a member that has not timed out stays.
   */
  async #deleteGroups(): Promise<void> {
    const { admin, say } = this.#order;
    const mine = new Set(this.#groups);
    await Promise.all([...mine].map((group) => admin.deleteGroup(group).catch(() => {})));
    const left = await admin.inventory().then(
      ({ groups }) => groups.filter((group) => mine.has(group)),
      () => [...mine],
    );
    if (left.length > 0) say(`could not delete the groups of the following auditor: ${left.join(", ")}`);
  }

  async #follow(): Promise<void> {
    const { driver, connection, topic, signal } = this.#order;
    while (!this.#over.signal.aborted) {
      this.#again = new AbortController();
      const ends = AbortSignal.any([this.#over.signal, this.#again.signal]);
      // A new group each time, because one that was not left would have to time out first.
      const groupId = `${topic}-follower-${this.#groups.length}`;
      this.#groups.push(groupId);
      try {
        await using reading = await driver.followLog(connection, {
          topic,
          groupId,
          from: new Map(this.#reached),
          onRecord: this.#recordTaker(ends),
          signal,
        });
        this.#reads = !ends.aborted;
        await Promise.race([reading.ended, abortOf(ends)]);
      } catch {
        // The brokers are away, or the topic is.
      }
      if (!ends.aborted) await pause(againAfterMs, this.#over.signal).catch(() => {});
    }
  }

  /**
   * Returns a function that takes records until `over` aborts, since a closing client may still
   * deliver some.
   */
  #recordTaker(over: AbortSignal): (partition: number, offset: number, value: Buffer | null) => void {
    const seen = this.#seen;
    const index = recordIndex(this.#order.plan, this.#order.runId);
    return (partition, offset, value) => {
      if (over.aborted) return;
      this.#missed += Math.max(0, offset - (this.#reached.get(partition) ?? offset));
      this.#reached.set(partition, offset + 1);
      const message = index.inPartition(partition, value);
      // Records that are not of this run are left to the scan.
      if (message >= 0) seen.mark(message);
    };
  }
}

/** The messages that were seen, and their number. */
interface Seen {
  readonly count: number;
  mark(message: number): unknown;
}

function seenInMemory(words: number): Seen {
  const plane = new Uint32Array(words);
  let count = 0;
  return {
    get count() {
      return count;
    },
    mark(message) {
      if (!hasBit(plane, message)) count++;
      setBit(plane, message);
    },
  };
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}

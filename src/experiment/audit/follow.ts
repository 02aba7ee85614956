import { pause, waitUntil } from "../../base/wait.js";
import { createAuditorBox } from "../../ledger/box/auditor-box.js";
import { hasBit, setBit } from "../../ledger/box/bits.js";
import { logMayShrink } from "../../plan/log-changes.js";
import type { AuditOrder } from "./audit.js";
import { recordIndex } from "./record-index.js";

export interface FollowOrder extends Omit<AuditOrder, "groupId"> {
  /** Whether its groups are to be deleted: on a cluster that stays. */
  clusterStays: boolean;
  /** A line for people. */
  say(line: string): void;
}

/** How long the follower may lag behind the log: it reads faster than anybody here writes. */
const passLimitMs = 60_000;
const againAfterMs = 200;

/**
 * Follows the log where the plan lets records vanish from it, as a witness; else `undefined`. Resolves when he
 * reads.
 *
 * @throws LossboundError `DEADLINE` when he does not come to read.
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
 * Follows the log for whoever wants to see it grow. He is no witness: what he saw is not kept, nobody waits for
 * him, and where he cannot read, or misses records, only what he has seen stays behind.
 */
export function watchLog(order: FollowOrder): LogWatch {
  return new Follower(order, seenInMemory(order.plan.layout.words));
}

export interface LogWatch extends AsyncDisposable {
  /** Messages that were seen in the log so far. */
  readonly seen: number;
}

/** What the follower missed makes the causes of losses unsure. */
export function missedInWords(follower: Follower | undefined): string[] {
  if (follower === undefined || follower.missed === 0) return [];
  return [`${follower.missed} records vanished before the auditor who follows the log had seen them`];
}

/**
 * The following auditor: reads each partition while the run goes on, and marks what it sees, in a box of
 * its own where it is a witness, so that a record which vanishes afterwards is known to have been there. Where its brokers die,
 * leaders move, or the log is cut off below it, it begins again.
 */
export class Follower implements LogWatch {
  readonly #order: FollowOrder;
  readonly #seen: Seen;
  readonly #close: () => void;
  /** Offset behind the last record that it saw, by partition; none where it is not known to follow on. */
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

  /** Records that were gone before it came to them: nobody can say which messages they were. */
  get missed(): number {
    return this.#missed;
  }

  /**
   * Resolves when it reads, and every record below an offset was seen, by partition.
   *
   * @throws LossboundError `DEADLINE` when it does not come that far.
   */
  async passed(below: ReadonlyMap<number, number>): Promise<void> {
    const behind = (): [number, number][] =>
      [...below].filter(([partition, offset]) => (this.#reached.get(partition) ?? 0) < offset);
    await waitUntil(
      "the following auditor to have read the log",
      () => this.#reads && behind().length === 0,
      {
        limitMs: passLimitMs,
        everyMs: 5,
        signal: this.#order.signal,
        evidence: () =>
          behind()
            .map(([one, offset]) => `partition ${one}: ${this.#reached.get(one) ?? 0} of ${offset}`)
            .join("\n"),
      },
    );
  }

  /** Resolves when it has seen all that is in the log now. */
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

  /** The log is another one: reads it from its start. */
  startAnew(): void {
    this.#reads = false;
    this.#reached.clear();
    this.#again.abort();
  }

  /** Sees the rest of the log, and reads no more. */
  async end(): Promise<void> {
    // A log that was cut off and has grown since does not tell a reader which stood behind the cut.
    if (this.#order.plan.faults.some(({ kind }) => kind === "broker")) this.startAnew();
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

  /** Not all were ever joined, and one whose member has not timed out cannot be deleted. */
  async #deleteGroups(): Promise<void> {
    const { admin, say } = this.#order;
    const mine = new Set(this.#groups);
    await Promise.all([...mine].map((group) => admin.deleteGroup(group).catch(() => {})));
    const left = await admin.inventory().then(
      ({ groups }) => groups.filter((group) => mine.has(group)),
      () => [...mine],
    );
    if (left.length > 0) say(`not deleted: the groups of the following auditor, ${left.join(", ")}`);
  }

  async #follow(): Promise<void> {
    const { driver, connection, topic, signal } = this.#order;
    while (!this.#over.signal.aborted) {
      this.#again = new AbortController();
      const ends = AbortSignal.any([this.#over.signal, this.#again.signal]);
      // A group of its own each time: one that was not left would have to time out first.
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

  /** Takes records until it is over: a client that is on its way out may still hand some over. */
  #recordTaker(over: AbortSignal): (partition: number, offset: number, value: Buffer | null) => void {
    const seen = this.#seen;
    const index = recordIndex(this.#order.plan, this.#order.runId);
    return (partition, offset, value) => {
      if (over.aborted) return;
      this.#missed += Math.max(0, offset - (this.#reached.get(partition) ?? offset));
      this.#reached.set(partition, offset + 1);
      const message = index.inPartition(partition, value);
      // What is none of the run's own is for the scan to find.
      if (message >= 0) seen.mark(message);
    };
  }
}

/** Which messages were seen, and how many. */
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

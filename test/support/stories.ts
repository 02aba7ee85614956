import type { PlaneName } from "../../src/ledger/box/format.js";

/** The history of a message, as the evidence that it left. */
export interface Story {
  /**
   * `not`: its producer never reached it. `in-flight`: the producer was killed before its send
   * returned.
   */
  send: "accepted" | "rejected" | "in-flight" | "not";
  /** Whether its request was handed to the kernel (default: yes). */
  handed?: boolean;
  /**
   * The broker refused its request (`itself`), or an earlier one on the same connection (`behind`).
   */
  refused?: "itself" | "behind";
  /** `vanished`: it was in the log once, but the log now starts after it. */
  log: "never" | "committed" | "uncommitted" | "vanished";
  /** Copies beyond the first. */
  extraCopies?: number;
  /** The planes that a consumer marked for it. */
  by?: readonly PlaneName<"consumer">[];
  /** The planes that another life also marked for it. */
  alsoBy?: readonly PlaneName<"consumer">[];
  /** Its records in the output topic, if there is one. */
  output?: number;
}

const handled = ["fetched", "tried", "covered", "began", "ended"] as const;

/** The handler runs before the commit. */
const handledFirst = ["fetched", "beganUncovered", "began", "ended", "tried", "covered"] as const;

/** One story per fate, with its name, and more stories that a healthy run may have. */
export const stories = {
  processed: { send: "accepted", log: "committed", by: handled },
  processedThoughRejected: { send: "rejected", log: "committed", by: handled },
  rejected: { send: "rejected", handed: false, log: "never" },
  "client-buffer": { send: "in-flight", handed: false, log: "never" },
  acceptedInBuffer: { send: "accepted", handed: false, log: "never" },
  "in-transit": { send: "accepted", log: "never" },
  handedAndKilled: { send: "in-flight", log: "never" },
  refused: { send: "accepted", log: "never", refused: "itself" },
  behindRefused: { send: "accepted", log: "never", refused: "behind" },
  log: { send: "accepted", log: "vanished", by: ["fetched"] },
  vanishedUnfetched: { send: "accepted", log: "vanished" },
  skipped: { send: "accepted", log: "committed" },
  "after-commit": { send: "accepted", log: "committed", by: ["fetched", "tried", "covered"] },
  "in-processing": { send: "accepted", log: "committed", by: ["fetched", "tried", "covered", "began"] },
  unread: { send: "accepted", log: "uncommitted", by: ["fetched", "tried"] },
  indeterminate: { send: "accepted", log: "vanished", by: ["fetched", "tried"] },
  unsent: { send: "not", log: "never" },
  // Under effectively-once.
  putOut: { send: "accepted", log: "committed", by: handledFirst, output: 1 },
  putOutByTheNextLife: {
    send: "accepted",
    log: "committed",
    by: ["fetched", "began", "ended", "tried"],
    alsoBy: handledFirst,
    output: 1,
  },
  putOutTwice: { send: "accepted", log: "committed", by: handledFirst, alsoBy: handledFirst, output: 2 },
  putOutTwiceByOneHandler: { send: "accepted", log: "committed", by: handledFirst, output: 2 },
  abortedAtTheEnd: { send: "accepted", log: "uncommitted", by: ["fetched", "began", "ended", "tried"] },
  neverPutOut: { send: "accepted", log: "committed", by: handledFirst },
  putOutByNobody: { send: "accepted", log: "committed", by: ["fetched", "began"], output: 1 },
  // Possible only with a bug in the harness.
  inLogAndNotHanded: { send: "accepted", handed: false, log: "committed", by: handled },
  // Broken guarantees.
  processedByTwoLives: { send: "accepted", log: "committed", by: handled, alsoBy: handled },
  processedTwiceByOneLife: {
    send: "accepted",
    log: "committed",
    by: [...handled, "beganAgain", "endedAgain"],
  },
  begunByTwoLives: {
    send: "accepted",
    log: "committed",
    by: ["fetched", "tried", "covered", "began"],
    alsoBy: handled,
  },
  begunBeforeItsCommit: { send: "accepted", log: "committed", by: [...handled, "beganUncovered"] },
  begunWithoutACommit: { send: "accepted", log: "committed", by: ["fetched", "tried", "began", "ended"] },
  storedTwice: { send: "accepted", log: "committed", extraCopies: 1, by: handled },
  sentTwiceAndStoredThrice: { send: "accepted", log: "committed", extraCopies: 2, by: handled },
} as const satisfies Record<string, Story>;

export type StoryName = keyof typeof stories;

/** Repeats a story `count` times. */
export function times(count: number, story: StoryName): StoryName[] {
  return Array.from({ length: count }, () => story);
}

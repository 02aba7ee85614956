import type { PlaneName } from "../../src/ledger/box/format.js";

/** What a message went through, told as the evidence that it left. */
export interface Story {
  /** `not`: its producer never came to it. `in-flight`: the producer was killed before its send came back. */
  send: "accepted" | "rejected" | "in-flight" | "not";
  /** Its request was handed to the kernel; of its own accord where its send came back. */
  handed?: boolean;
  /** Its request was refused by the broker; or one before it on the same connection was. */
  refused?: "itself" | "behind";
  /** `vanished`: it was in the log once, and the log starts behind it now. */
  log: "never" | "committed" | "uncommitted" | "vanished";
  /** Copies beyond the first. */
  extraCopies?: number;
  /** Planes of the consumer that had it. */
  by?: readonly PlaneName<"consumer">[];
  /** Planes of another life that had it too. */
  alsoBy?: readonly PlaneName<"consumer">[];
  /** Records of it in the output topic, where there is one. */
  output?: number;
}

const handled = ["fetched", "tried", "covered", "began", "ended"] as const;

/** The handler before the commit. */
const handledFirst = ["fetched", "beganUncovered", "began", "ended", "tried", "covered"] as const;

/** One story a fate, called after it, and some more that a healthy run may have. */
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
  // What the harness itself would have to have wrong.
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

/** So many messages of a story. */
export function times(count: number, story: StoryName): StoryName[] {
  return Array.from({ length: count }, () => story);
}

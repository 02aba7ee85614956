import type { Cause } from "../../scenario/scenario.js";
import type { Result } from "../../results/result.js";

/**
 * The flow of the messages from sent to processed, with a branch for each way that ended earlier.
 */
export interface Flow {
  nodes: { name: string; kind: FlowKind; count: number }[];
  links: { source: string; target: string; value: number }[];
}

/** `way`: reached the next step. A cause: died there. `open`: neither processed nor proved lost. */
export type FlowKind = "way" | "processed" | "duplicated" | "open" | Cause;

/**
 * Returns the flow of a run's messages, computed from their fates, so that as many messages leave
 * each step as arrive. Unread and indeterminate ones branch off at the log, where they were last
 * seen.
 */
export function flowOf({ messages, lostBy }: Pick<Result, "messages" | "lostBy">): Flow {
  const { sent, processed, duplicated, unread, indeterminate } = messages;
  const began = processed + lostBy["in-processing"];
  const reachedLog = began + lostBy.log + lostBy.skipped + lostBy["after-commit"] + unread + indeterminate;
  const steps: [from: string, to: string, kind: FlowKind, count: number][] = [
    ["sent", "rejected", "rejected", lostBy.rejected],
    ["sent", "client-buffer", "client-buffer", lostBy["client-buffer"]],
    ["sent", "in-transit", "in-transit", lostBy["in-transit"]],
    ["sent", "refused", "refused", lostBy.refused],
    ["sent", "in the log", "way", reachedLog],
    ["in the log", "log", "log", lostBy.log],
    ["in the log", "skipped", "skipped", lostBy.skipped],
    ["in the log", "after-commit", "after-commit", lostBy["after-commit"]],
    ["in the log", "unread", "open", unread],
    ["in the log", "indeterminate", "open", indeterminate],
    ["in the log", "received", "way", began],
    ["received", "in-processing", "in-processing", lostBy["in-processing"]],
    ["received", "duplicated", "duplicated", duplicated],
    ["received", "processed", "processed", processed - duplicated],
  ];
  const taken = steps.filter(([, , , count]) => count > 0);
  return {
    nodes: [
      { name: "sent", kind: "way", count: sent },
      ...taken.map(([, name, kind, count]) => ({ name, kind, count })),
    ],
    links: taken.map(([source, target, , value]) => ({ source, target, value })),
  };
}

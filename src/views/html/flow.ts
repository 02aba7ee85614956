import type { Cause } from "../../scenario/scenario.js";
import type { Result } from "../../results/result.js";

/** The way of the messages from sent to processed, and where it ended for the others. */
export interface Flow {
  nodes: { name: string; kind: FlowKind; count: number }[];
  links: { source: string; target: string; value: number }[];
}

/** `way`: on to the next place. A cause: it died there. `open`: neither processed nor proved lost. */
export type FlowKind = "way" | "processed" | "duplicated" | "open" | Cause;

/**
 * Made of the fates alone: at each place as many leave as came. What is unread or in doubt branches
 * off at the log, the last place where it was surely seen.
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
  const there = steps.filter(([, , , count]) => count > 0);
  return {
    nodes: [
      { name: "sent", kind: "way", count: sent },
      ...there.map(([, name, kind, count]) => ({ name, kind, count })),
    ],
    links: there.map(([source, target, , value]) => ({ source, target, value })),
  };
}

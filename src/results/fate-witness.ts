import type { Fate } from "../verdict/fates/fates.js";

/** Whose evidence decides on a fate: what it would be without that, `docs/fates.md` says. */
export function witnessOfFate(fate: Fate): string {
  switch (fate) {
    case "unsent":
      return "the producer's black box: its next number is not above it";
    case "processed":
      return "a consumer's black box, or the output topic where effects are counted: its handler ended";
    case "duplicated":
      return "the consumers' black boxes, or the output topic where effects are counted: its handler ended again";
    case "unread":
      return "the log scan: it is in the log, and the group's position is not behind it";
    case "indeterminate":
      return "the log scan, and a consumer's black box: its copy is gone, and a commit over it is in doubt";
    case "rejected":
      return "the producer's black box: the client said that the send failed";
    case "client-buffer":
      return "the producer's black box: its bytes were never handed to the kernel";
    case "in-transit":
      return "the log scan: it was sent, and nobody has seen it in the log";
    case "refused":
      return "a broker's log: its request was refused, or stood behind one that was";
    case "log":
      return "the log scan: it was in the log once, by an acknowledgement, an auditor or a fetch, and is no more";
    case "skipped":
      return "the group's position: it is behind the message, and no consumer had committed over it";
    case "after-commit":
      return "a consumer's black box: it committed over the message, and the handler never began";
    case "in-processing":
      return "a consumer's black box: the handler began after the commit, and never ended";
    case "impossible":
      return "nobody: its evidence contradicts itself";
  }
}

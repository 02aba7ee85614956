import { type Steps, type Work, commitChunk } from "./steps.js";

/**
 * At-most-once: commit the offset behind the chunk, and only when that is acknowledged, process. A
 * crash from the commit on loses what is left of the chunk, and nothing is processed twice.
 *
 * A commit that was refused, failed, or stayed in doubt is not followed by processing. Once a chunk
 * is committed it is processed to its end whatever the group does: nobody else will be given it.
 */
export function atMostOnce(work: Work): Steps {
  return {
    deal: async (chunk) => {
      if (!(await commitChunk(work, chunk))) return { done: false, heartbeatError: undefined };
      const { heartbeatError } = await work.handling.process(chunk);
      return { done: true, heartbeatError };
    },
  };
}

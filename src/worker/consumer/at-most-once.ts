import { type Steps, type Work, commitChunk } from "./steps.js";

/**
 * At-most-once: commits the offset behind the chunk, and processes the chunk after the
 * acknowledgement. A crash after the commit loses the rest of the chunk, and nothing is processed
 * twice.
 *
 * If the commit was refused, failed or stayed in doubt, the chunk is not processed. A committed
 * chunk is processed to its end, even if the group changes, because no other consumer will get
 * it.
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

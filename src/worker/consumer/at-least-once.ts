import { type Steps, type Work, commitChunk } from "./steps.js";

/**
 * At-least-once: processes a chunk, and commits the offset behind it after its last handler has
 * ended. After a crash before the commit, the chunk is processed again, and nothing is lost.
 *
 * Processing stops when the partition moves to another member of the group, which will process the
 * chunk.
 */
export function atLeastOnce(work: Work): Steps {
  return {
    deal: async (chunk) => {
      const mayContinue = (): boolean => chunk.batch.isCurrent();
      const { ended, heartbeatError } = await work.handling.process(chunk, { mayContinue });
      return { done: ended && (await commitChunk(work, chunk)), heartbeatError };
    },
  };
}

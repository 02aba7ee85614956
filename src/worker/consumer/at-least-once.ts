import { type Steps, type Work, commitChunk } from "./steps.js";

/**
 * At-least-once: process, and only when the last handler of the chunk has ended, commit the offset
 * behind it. A crash before the commit has the chunk processed again, and nothing is lost.
 *
 * A chunk is processed to its end only while it is this member's: what the group has given to another
 * one will be processed there.
 */
export function atLeastOnce(work: Work): Steps {
  return {
    deal: async (chunk) => {
      const mayGoOn = (): boolean => chunk.batch.isCurrent();
      const { ended, heartbeatError } = await work.handling.process(chunk, { mayGoOn });
      return { done: ended && (await commitChunk(work, chunk)), heartbeatError };
    },
  };
}

import type { LiveStream } from "../../views/live/report.js";

/**
 * The streams and variables of the process. Results go to `stdout`, everything else to `stderr`.
 */
export interface Shell {
  stdout: LiveStream;
  stderr: LiveStream;
  env: NodeJS.ProcessEnv;
}

/**
 * Lets a run continue after the reader of its output is gone (`lossbound run … | head`, a closed
 * terminal). The clean-up, the files and the exit code matter more than the rest of the text.
 */
export function outliveReaders(...streams: NodeJS.WriteStream[]): void {
  for (const stream of streams) stream.on("error", () => {});
}

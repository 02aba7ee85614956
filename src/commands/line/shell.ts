import type { LiveStream } from "../../views/live/report.js";

/** What a command is given of the process it runs in. Results go to `stdout`, all else to `stderr`. */
export interface Shell {
  stdout: LiveStream;
  stderr: LiveStream;
  env: NodeJS.ProcessEnv;
}

/**
 * Lets a run go on when nobody reads what it writes any more (`lossbound run … | head`, a terminal
 * that was closed). Its clean-up and its files matter more than the rest of the text, and its exit
 * code stays the verdict's.
 */
export function outliveReaders(...streams: NodeJS.WriteStream[]): void {
  for (const stream of streams) stream.on("error", () => {});
}

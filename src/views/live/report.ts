import type { TextStream } from "../layout/colors.js";
import type { RunObserver } from "../../experiment/progress.js";

/** Shows the progress of a run. Disposing it restores the stream. */
export interface LiveReport extends RunObserver, Disposable {
  /** Clears the redrawn view, so that something else can be written to the screen. */
  clear(): void;
}

/** The stream that progress is written to. */
export interface LiveStream extends TextStream {
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

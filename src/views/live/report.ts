import type { TextStream } from "../layout/colors.js";
import type { RunObserver } from "../../experiment/progress.js";

/** Shows how a run goes. Disposing it leaves the stream as it was found. */
export interface LiveReport extends RunObserver, Disposable {
  /** Takes what is redrawn off the screen, so that something else can be written there. */
  clear(): void;
}

/** Where progress is written to. */
export interface LiveStream extends TextStream {
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

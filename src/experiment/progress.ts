import type { Cause } from "../scenario/scenario.js";

/** The phase of a run. Each phase ends before the next one begins. */
export type Phase = "starting" | "sending" | "healing" | "draining" | "scanning" | "judging";

/** The state of a run in progress, read from the black boxes. */
export interface LiveView {
  scenario: string;
  phase: Phase;
  /** Milliseconds since the producers started to send; 0 before that. */
  elapsedMs: number;
  planned: number;
  sent: number;
  rejected: number;
  /** Messages whose handler began, each counted once. */
  received: number;
  /** Messages that were processed, each counted once, even if processed repeatedly. */
  processed: number;
  /** Messages that are already proved to be lost: the chunks that killed consumers had in hand. */
  lostProved: Partial<Record<Cause, number>>;
  /** Labels of the faults in force, such as `timeout on producer-link`. */
  faultsOn: string[];
}

/** Receives the progress of a run. The result contains all of it again. */
export interface RunObserver {
  /**
   * Called with a line for the user: a part is fetched, a fault was applied, a worker was killed.
   */
  line(text: string): void;
  /** Called about ten times a second. */
  live(view: LiveView): void;
}

import type { Cause } from "../scenario/scenario.js";

/** Where a run is. Each phase ends before the next one begins. */
export type Phase = "starting" | "sending" | "healing" | "draining" | "scanning" | "judging";

/** What is known while a run goes on, read from the black boxes. */
export interface LiveView {
  scenario: string;
  phase: Phase;
  /** Since the producers began to send, in milliseconds; 0 before that. */
  elapsedMs: number;
  planned: number;
  sent: number;
  rejected: number;
  /** Messages whose handler began, each counted once. */
  received: number;
  /** Messages that were processed, each counted once, however often that was. */
  processed: number;
  /** Lost, and proved to be while the run goes on: the chunks that killed consumers had in hand. */
  lostProved: Partial<Record<Cause, number>>;
  /** The faults in force, as people read them: `timeout on producer-link`. */
  faultsOn: string[];
}

/** Hears how a run goes. Everything it is told is progress: the result says it all again. */
export interface RunObserver {
  /** A line for people: a part is fetched, a fault was applied, a worker was killed. */
  line(text: string): void;
  /** Called about ten times a second. */
  live(view: LiveView): void;
}

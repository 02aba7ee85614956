import { LossboundError, messageOf } from "../base/errors.js";
import { LineTail } from "./line-tail.js";

/** Interval at which the output is read, in milliseconds. */
const everyMs = 10;

/** The receiver of errors in a command's reports. */
export interface ReportListener {
  /** The command's name in errors. */
  name: string;
  /**
   * Called if the output contradicts itself or breaks the protocol; the run cannot continue then.
   */
  onContradiction: (error: LossboundError) => void;
}

/** Turns a command's lines into evidence. */
export interface LineTaker {
  /** @throws Error if the line breaks the protocol or contradicts an earlier one. */
  take(line: string): void;
  /** Called after all lines that are there have been taken. */
  caughtUp?(): void;
}

/**
 * Reads the output of a command's life as it grows, one complete line at a time. The output is a
 * file, so a SIGKILL loses only lines that were not written yet. A last line without a newline is
 * ignored.
 */
export class Reports {
  readonly #taker: LineTaker;
  readonly #listener: ReportListener;
  readonly #tail: LineTail;
  readonly #timer: NodeJS.Timeout;
  #line = 0;
  #ended = false;

  constructor(output: string, taker: LineTaker, listener: ReportListener) {
    this.#taker = taker;
    this.#listener = listener;
    this.#tail = new LineTail(output);
    this.#timer = setInterval(() => this.#read(), everyMs);
  }

  /** Reads the output to its end, for the last time. */
  end(): void {
    if (this.#ended) return;
    this.#read();
    this.#close();
  }

  #read(): void {
    if (this.#ended) return;
    try {
      for (const line of this.#tail.lines()) {
        this.#line++;
        this.#taker.take(line);
      }
      this.#taker.caughtUp?.();
    } catch (error) {
      this.#close();
      const { name, onContradiction } = this.#listener;
      const where = `output of ${name}, line ${this.#line}`;
      onContradiction(new LossboundError("ENVIRONMENT", `${where}: ${messageOf(error)}`, { cause: error }));
    }
  }

  #close(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    this.#tail.close();
  }
}

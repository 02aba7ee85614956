import { LossboundError, messageOf } from "../base/errors.js";
import { LineTail } from "./line-tail.js";

/** How often its output is looked at. */
const everyMs = 10;

/** Who hears of what a command says. */
export interface Hearers {
  /** How errors name the command. */
  name: string;
  /** It has printed what contradicts itself, or is no line of the protocol: there is no going on then. */
  onContradiction: (error: LossboundError) => void;
}

/** Who makes evidence of a command's lines. */
export interface LineTaker {
  /** @throws Error where the line is none of the protocol, or contradicts those before it. */
  take(line: string): void;
  /** All lines that are there now were taken. */
  looked?(): void;
}

/**
 * What a life of a command prints, read as it grows, and taken a whole line at a time. The lines lie in a
 * file, so a SIGKILL takes only those along that were not written yet; a last line without its end is none.
 */
export class Reports {
  readonly #taker: LineTaker;
  readonly #hearers: Hearers;
  readonly #tail: LineTail;
  readonly #timer: NodeJS.Timeout;
  #line = 0;
  #ended = false;

  constructor(output: string, taker: LineTaker, hearers: Hearers) {
    this.#taker = taker;
    this.#hearers = hearers;
    this.#tail = new LineTail(output);
    this.#timer = setInterval(() => this.#read(), everyMs);
  }

  /** Reads to the end of what is there, for the last time. */
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
      this.#taker.looked?.();
    } catch (error) {
      this.#close();
      const { name, onContradiction } = this.#hearers;
      const where = `line ${this.#line} of what ${name} printed`;
      onContradiction(new LossboundError("ENVIRONMENT", `${where}: ${messageOf(error)}`, { cause: error }));
    }
  }

  #close(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    this.#tail.close();
  }
}

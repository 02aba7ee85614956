import { closeSync, openSync, readSync } from "node:fs";

const newline = 0x0a;
const atOnce = 256 * 1024;

/**
 * Reads a growing file line by line. It holds back text after the last newline until the line is
 * complete.
 */
export class LineTail {
  readonly #descriptor: number;
  readonly #buffer = Buffer.alloc(atOnce);
  #left: Buffer = Buffer.alloc(0);
  #closed = false;

  constructor(path: string) {
    this.#descriptor = openSync(path, "r");
  }

  /** Yields the complete lines that were added since the last call. */
  *lines(): Generator<string> {
    while (!this.#closed) {
      const read = readSync(this.#descriptor, this.#buffer, 0, atOnce, null);
      if (read === 0) return;
      let text = Buffer.concat([this.#left, this.#buffer.subarray(0, read)]);
      for (let end = text.indexOf(newline); end !== -1; end = text.indexOf(newline)) {
        yield text.toString("utf8", 0, end);
        text = text.subarray(end + 1);
      }
      this.#left = text;
    }
  }

  close(): void {
    if (!this.#closed) closeSync(this.#descriptor);
    this.#closed = true;
  }
}

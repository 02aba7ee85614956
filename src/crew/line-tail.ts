import { closeSync, openSync, readSync } from "node:fs";

const newline = 0x0a;
const atOnce = 256 * 1024;

/** Reads a file that grows, a whole line at a time. What stands behind the last newline is not given out. */
export class LineTail {
  readonly #descriptor: number;
  readonly #buffer = Buffer.alloc(atOnce);
  #left: Buffer = Buffer.alloc(0);
  #closed = false;

  constructor(path: string) {
    this.#descriptor = openSync(path, "r");
  }

  /** The whole lines that were added since the last call. */
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

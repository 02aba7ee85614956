/** A terminal that supports what the live view uses: line feeds, moving up, and clearing. */
export class Screen {
  readonly isTTY = true;
  columns: number;
  readonly rows = 24;
  /** All writes, in order. */
  readonly writes: string[] = [];
  #lines: string[] = [];
  #row = 0;

  constructor(columns = 80) {
    this.columns = columns;
  }

  write(text: string): void {
    this.writes.push(text);
    // oxlint-disable-next-line no-control-regex -- these are the supported controls
    for (const piece of text.match(/\u001b\[[0-9]*[A-Z]|\r|\n|[^\u001b\r\n]+/g) ?? []) {
      // oxlint-disable-next-line no-control-regex -- see above
      const [, number, control] = /^\u001b\[([0-9]*)([A-Z])$/.exec(piece) ?? [];
      if (control === "A") this.#row -= Number(number);
      else if (control === "J") this.#lines.length = this.#row;
      else if (piece === "\n") this.#row += 1;
      else if (piece !== "\r") this.#print(piece);
      if (this.#row < 0) throw new Error("went above the top of the screen");
    }
  }

  /** Changes the width of the terminal, which rewraps its lines. */
  resize(columns: number): void {
    this.columns = columns;
    const broken = new RegExp(`.{1,${columns}}`, "gu");
    this.#lines = this.#lines.flatMap((line) => line.match(broken) ?? [""]);
    this.#row = this.#lines.length;
  }

  get text(): string {
    return this.#lines.join("\n");
  }

  /** Prints text; a line that is wider than the screen continues in the next row. */
  #print(text: string): void {
    const letters = [...text];
    for (let start = 0; start < letters.length; start += this.columns) {
      if (start > 0) this.#row += 1;
      this.#lines[this.#row] = letters.slice(start, start + this.columns).join("");
    }
  }
}

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Long enough for a stack trace, short enough for a terminal. */
const lines = 25;
const tailBytes = 16 * 1024;

/** Returns the last lines of a file; an empty string if the file cannot be opened. */
export function lastLinesOf(file: string): string {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(handle);
    const tail = Buffer.alloc(Math.min(size, tailBytes));
    const read = readSync(handle, tail, 0, tail.length, size - tail.length);
    return tail.toString("utf8", 0, read).trimEnd().split("\n").slice(-lines).join("\n");
  } finally {
    closeSync(handle);
  }
}

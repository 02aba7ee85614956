import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Enough for a stack trace, little enough for a terminal. */
const lines = 25;
const tailBytes = 16 * 1024;

/** The last lines of a file; empty when there is none. */
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

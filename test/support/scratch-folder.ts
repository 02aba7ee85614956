import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Creates a folder for one test, which is deleted when it is disposed. */
export function scratchFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), "lossbound-boxes-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

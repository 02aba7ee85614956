/**
 * Keeps a core busy (`node noise-busy.mjs core PARENT LIMIT`) or a disk (`node noise-busy.mjs disk PARENT LIMIT FILE`).
 * It exits by itself when the process PARENT is gone, and after LIMIT milliseconds at the latest.
 */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";

const [kind, parent, limitMs, file] = process.argv.slice(2);
const endsAt = performance.now() + Number(limitMs);

/** The system gives a process another parent when its own one dies. */
const mayContinue = () => process.ppid === Number(parent) && performance.now() < endsAt;

const roundsPerLook = 1_000_000;
const bytesPerWrite = 256 * 1024;
const writesPerFile = 64;

if (kind === "core") {
  let value = 1;
  while (mayContinue()) {
    for (let round = 0; round < roundsPerLook; round++) value = Math.imul(value ^ round, 0x9e3779b1);
  }
} else if (kind === "disk" && file !== undefined) {
  const bytes = Buffer.alloc(bytesPerWrite, "x");
  while (mayContinue()) {
    const descriptor = openSync(file, "w");
    for (let write = 0; write < writesPerFile && mayContinue(); write++) {
      writeSync(descriptor, bytes);
      fsyncSync(descriptor);
    }
    closeSync(descriptor);
  }
  rmSync(file, { force: true });
} else {
  throw new Error("usage: noise-busy.mjs core PARENT LIMIT | disk PARENT LIMIT FILE");
}

import { join } from "node:path";

import { type BlackBox, createBox, openBox } from "../../src/ledger/box/black-box.js";
import type { BoxDescription, BoxKind } from "../../src/ledger/box/format.js";

export const runId = "00112233445566778899aabbccddeeff";

export type Described<Kind extends BoxKind> = BoxDescription & { kind: Kind };

export function describedAs<Kind extends BoxKind>(
  kind: Kind,
  changes: Partial<BoxDescription> = {},
): Described<Kind> {
  return {
    format: 2,
    runId,
    worker: 0,
    life: 0,
    bits: 64,
    firstNumber: 0,
    ticks: kind === "producer" ? 8 : 0,
    requests: kind === "producer" ? 4 : 0,
    sends: kind === "producer" ? 4 : 0,
    ...changes,
    kind,
  };
}

/** Writes a black box as a worker would, through shared memory. */
export function writeBox<Kind extends BoxKind>(
  folder: string,
  name: string,
  description: Described<Kind>,
  fill: (box: BlackBox<Kind>) => void,
): string {
  const path = join(folder, name);
  createBox(path, description);
  using box = openBox(path, description, "write");
  fill(box);
  return path;
}

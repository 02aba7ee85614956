import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

import { type BoxKind, countersAt, countersOf } from "../../../src/ledger/box/format.js";
import { EvidenceError } from "../../../src/ledger/record/evidence-error.js";
import {
  type LifeRecord,
  type RunRecord,
  boxName,
  followBoxName,
  scanBoxName,
  writeRunRecord,
} from "../../../src/ledger/record/run-record.js";
import { LossboundError } from "../../../src/base/errors.js";
import { judgeFolder } from "../../../src/library/judge.js";
import type { StoredRun } from "../../support/a-run.js";

/**
 * Returns the check that detects a change of a run: the name of the check of the evidence, `INPUT`
 * if the folder is not that of a run, or the expectations that are broken. `nothing` if the run is
 * judged as if nothing had happened.
 */
export async function caughtBy(run: StoredRun): Promise<string> {
  try {
    const { expectations } = await judgeFolder(run.path);
    const broken = expectations.filter(({ verdict }) => verdict === "broken").map(({ name }) => name);
    return broken.length > 0 ? `broken: ${broken.join(", ")}` : "nothing";
  } catch (error) {
    if (error instanceof EvidenceError) return error.check;
    if (error instanceof LossboundError && error.code === "INPUT") return "INPUT";
    throw error;
  }
}

/** The black boxes of a run, including the auditor's. */
export function boxesOf(run: StoredRun): { path: string; name: string; kind: BoxKind; killed: boolean }[] {
  const lives = run.run.lives.map((life: LifeRecord) => ({
    name: boxName(life),
    kind: life.role,
    killed: life.killed,
  }));
  const boxes: { name: string; kind: BoxKind; killed: boolean }[] = [
    ...lives,
    { name: scanBoxName, kind: "scan", killed: false },
    ...(run.run.witnesses.followed ? [{ name: followBoxName, kind: "follow" as const, killed: false }] : []),
  ];
  return boxes.map((box) => ({ ...box, path: join(run.boxes, box.name) }));
}

/** Changes some bytes of a file until disposal. */
export function withBytes(path: string, at: number, change: (bytes: Buffer) => void): Disposable {
  const length = 8;
  const original = Buffer.alloc(length);
  const descriptor = openSync(path, "r+");
  const read = readSync(descriptor, original, 0, length, at);
  const changed = Buffer.from(original.subarray(0, read));
  change(changed);
  writeSync(descriptor, changed, 0, read, at);
  return {
    [Symbol.dispose]: () => {
      writeSync(descriptor, original, 0, read, at);
      closeSync(descriptor);
    },
  };
}

export function withCounter(
  path: string,
  kind: BoxKind,
  name: string,
  change: (value: number) => number,
): Disposable {
  return withBytes(path, countersAt + countersOf(kind).indexOf(name) * 8, (bytes) =>
    bytes.writeDoubleLE(change(bytes.readDoubleLE())),
  );
}

/** Changes the record of the run and signs it again, so that its digest matches. */
export function rewriteRecord(run: StoredRun, change: (record: RunRecord) => void): void {
  const stored = JSON.parse(readFileSync(join(run.path, "run.json"), "utf8")) as { run: RunRecord };
  change(stored.run);
  writeRunRecord(run.path, stored.run);
}

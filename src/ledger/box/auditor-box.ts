import { join } from "node:path";

import { type BlackBox, createBox, openBox } from "./black-box.js";
import type { BoxKind } from "./format.js";
import { type BoxReading, readBox } from "./read-box.js";
import { followBoxName, outputBoxName, scanBoxName } from "../record/run-record.js";

/**
 * The boxes of auditors. An auditor has one life, is never killed, and has a bit for each planned
 * message.
 */
type AuditorKind = Exclude<BoxKind, "producer" | "consumer">;

interface Audited {
  runId: string;
  layout: { words: number };
}

const names: Readonly<Record<AuditorKind, string>> = {
  scan: scanBoxName,
  output: outputBoxName,
  follow: followBoxName,
};

/**
 * Creates the box of an auditor and opens it for writing.
 *
 * @param folder the folder of the black boxes.
 */
export function createAuditorBox<Kind extends AuditorKind>(
  folder: string,
  kind: Kind,
  audited: Audited,
): BlackBox<Kind> {
  const path = join(folder, names[kind]);
  const producersOnly = { firstNumber: 0, ticks: 0, requests: 0, sends: 0 };
  const description = { format: 2 as const, kind, ...lifeOf(audited), ...producersOnly };
  createBox(path, description);
  return openBox(path, description, "write");
}

/** @throws as `readBox`. */
export async function readAuditorBox<Kind extends AuditorKind>(
  folder: string,
  kind: Kind,
  audited: Audited,
): Promise<BoxReading<Kind>> {
  return await readBox(join(folder, names[kind]), { kind, ...lifeOf(audited), killed: false });
}

function lifeOf({ runId, layout }: Audited): { runId: string; worker: number; life: number; bits: number } {
  return { runId, worker: 0, life: 0, bits: layout.words * 32 };
}

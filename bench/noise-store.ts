import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { exitCode } from "../src/base/errors.js";
import type { Result } from "../src/results/result.js";
import type { Scenario } from "../src/scenario/scenario.js";
import type { Defect, DefectName } from "./noise-defects.js";
import type { Level } from "./noise-load.js";

export const outcomes = ["held", "inconclusive", "broken", "error"] as const;

/** A verdict, or `error` if the run ended without one. */
export type Outcome = (typeof outcomes)[number];

/** One run of one scenario. */
export interface Measured {
  /** Digest of lossbound's source. */
  source: string;
  /** Digest of the scenario, what it expects included, and of the defect. */
  subject: string;
  scenario: string;
  level: Level;
  defect: DefectName | "none";
  seed: number;
  /** At most this many runs went on side by side, this one included. */
  atOnce: number;
  outcome: Outcome;
  /** The exit code that `lossbound run` has for this outcome. */
  exitCode: number;
  lost: number;
  /** Losses that no fault explains; `null` if the result does not say. */
  unexplained: number | null;
  /** How far the sender fell behind its schedule at most, in milliseconds: how busy the machine was. */
  lagMaxMs: number;
  /** How long the run took, without the start of its environment. */
  seconds: number;
  /** Why it did not hold, without the places of files on this machine. */
  reasons: string;
}

const columns = [
  "source",
  "subject",
  "scenario",
  "level",
  "defect",
  "seed",
  "atOnce",
  "outcome",
  "exitCode",
  "lost",
  "unexplained",
  "lagMaxMs",
  "seconds",
  "reasons",
] as const satisfies readonly (keyof Measured)[];

/** Changes with every change of the folder's files. */
export function digestOfSource(folder = "src"): string {
  const hash = createHash("sha256");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  for (const file of files.toSorted()) hash.update(`${file}\0${readFileSync(join(folder, file), "utf8")}\0`);
  return hash.digest("hex").slice(0, 8);
}

/** Unlike the comment at its head, the bounds are a part of what is measured. */
export function digestOfSubject({ claim: _, ...run }: Scenario, defect: Defect | undefined): string {
  const planted = defect?.replacements ?? [];
  return createHash("sha256")
    .update(JSON.stringify([run, planted]))
    .digest("hex")
    .slice(0, 8);
}

/** What a run shows, as far as it is written down. */
export type Shown = Pick<Measured, "outcome" | "exitCode" | "lost" | "unexplained" | "lagMaxMs" | "reasons">;

export function shownBy(result: Result): Shown {
  const { verdict, messages, scheduleLagMs, reasons } = result;
  const { unexplained } = result;
  return {
    outcome: verdict,
    exitCode: exitCode[verdict],
    lost: messages.lost,
    unexplained: Object.values(unexplained).reduce((sum, count) => sum + count, 0),
    lagMaxMs: Math.round(scheduleLagMs.max),
    reasons: withoutPlaces(reasons.join("; ")),
  };
}

export function shownByError(message: string): Shown {
  return {
    outcome: "error",
    exitCode: exitCode.couldNotRun,
    lost: 0,
    unexplained: null,
    lagMaxMs: 0,
    reasons: withoutPlaces(message),
  };
}

/** One line, in which no absolute path says where it was measured. */
function withoutPlaces(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/(?<=^|[\s("'=])(?:\/[\w.@+-]+){2,}\/?/g, "<path>");
}

/** Whether a run was of the same thing, under the same conditions. */
export function isSameRun(one: RunKey, other: RunKey): boolean {
  return keyColumns.every((column) => one[column] === other[column]);
}

const keyColumns = ["source", "subject", "scenario", "level", "defect", "seed"] as const;
export type RunKey = Pick<Measured, (typeof keyColumns)[number]>;

/** Reads the runs that were written down, in their order; none if there is no such file. */
export function readMeasured(file: string): Measured[] {
  if (!existsSync(file)) return [];
  const [head, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  if (head !== columns.join(",")) throw new Error(`${file} has other columns than ${columns.join(",")}`);
  return lines.map((line, index) => {
    const cells = cellsOf(line);
    if (cells?.length !== columns.length) {
      throw new Error(`line ${index + 2} of ${file} was cut off: delete it`);
    }
    const text = Object.fromEntries(columns.map((column, cell) => [column, cells[cell]!])) as Record<
      keyof Measured,
      string
    >;
    return {
      ...text,
      level: text.level as Level,
      defect: text.defect as DefectName | "none",
      outcome: text.outcome as Outcome,
      seed: Number(text.seed),
      atOnce: Number(text.atOnce),
      exitCode: Number(text.exitCode),
      lost: Number(text.lost),
      unexplained: text.unexplained === "" ? null : Number(text.unexplained),
      lagMaxMs: Number(text.lagMaxMs),
      seconds: Number(text.seconds),
    };
  });
}

/** Appends one run, whole, before the next begins. */
export function appendMeasured(file: string, measured: Measured): void {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${columns.join(",")}\n`);
  }
  appendFileSync(file, `${columns.map((column) => cellOf(measured[column])).join(",")}\n`);
}

/** A cell with a comma or a quote in it is quoted, and its quotes are doubled (RFC 4180). */
function cellOf(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The cells of a line; `undefined` if a quote in it is never closed. */
function cellsOf(line: string): string[] | undefined {
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const [, quoted, plain, separator] = cell.exec(line) ?? [];
    if (separator === undefined) return undefined;
    cells.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (separator === "") return cells;
  }
}

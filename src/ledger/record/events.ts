import { openSync, readFileSync, writeSync } from "node:fs";

import { LossboundError, messageOf } from "../../base/errors.js";
import type { Place } from "../../scenario/faults.js";

/**
 * The event file of a run (NDJSON): what happened when, in the words of whoever saw it. Supervisor
 * and workers append to the same file, a line each in one write, so that lines never mix. People
 * read it to understand a run. No fate is made from it. What a fault took is found with the lines of
 * kind `fault` and `commit-failed`.
 */
export type RunEvent =
  | { event: "phase"; phase: string }
  | { event: "life-started"; role: string; worker: number; life: number; pid: number }
  | { event: "life-ended"; role: string; worker: number; life: number; how: string }
  | { event: "connected" | "connect-failed"; why?: string }
  | { event: "assigned"; partitions: readonly number[] }
  | CommitFailure
  | { event: "taken"; partition: number; position: number }
  | { event: "not-taken"; partition: number; why: string }
  | { event: "stands-still"; place: Place }
  | { event: "connection-opened"; connection: number }
  | { event: "connection-closed"; connection: number; bytesWritten: number; bytesFlushed: number }
  | { event: "dial-refused"; by: "proxy" | "broker" }
  | { event: "request"; connection: number; apiKey: number; ends: number; messages: number[] }
  | { event: "flush-limit"; bytesLeft: number }
  | { event: "disconnect-given-up"; why: string }
  | { event: "end-given-up"; inHand: number; why: string }
  | { event: "crashed"; why: string }
  | { event: "drain-limit"; why: string }
  | FaultEvent;

/** A commit that was refused, failed, or was never answered: the broker may have applied it all the same. */
export interface CommitFailure {
  event: "commit-failed";
  partition: number;
  /** The offset that was to be committed. */
  offset: number;
  /** The consumer's life, and its chunk; not known of a transaction. */
  chunk?: FailedChunk;
  why?: string;
}

/** The chunk of a commit that failed. */
export interface FailedChunk {
  worker: number;
  life: number;
  /** When the client was asked to commit, milliseconds since 1970. */
  askedAt: number;
  /** The messages of the chunk lie between these places of the planes, both included. */
  lowest: number;
  highest: number;
}

/** A position of the group that a fault moved; `null`: the group has none. */
export interface MovedPosition {
  partition: number;
  from: number | null;
  to: number | null;
}

/** One occurrence of a fault, written when it is over. Times are milliseconds since 1970. */
export interface FaultEvent {
  event: "fault";
  /** Place in the plan's list, and which of its `times`; both from 0. */
  fault: number;
  occurrence: number;
  on: string;
  kind: string;
  /** When it was asked for, and when it was in force on everything it falls on. */
  askedAt: number | null;
  appliedAt: number | null;
  /** When its end was asked for, and when it was over everywhere. */
  healAskedAt: number | null;
  healedAt: number | null;
  touched: number;
  /** Id of the broker that it fell on alone, or whose proxy it did. */
  broker?: number;
  /** `reset-offsets`: what became of each position of the group. */
  positions?: MovedPosition[];
  /** What the probe saw while it was in force; `null` where the probe is blind to it. */
  probe: string | null;
  /** Whether that shows it in force; `null`: it shows neither. */
  inForce: boolean | null;
  /** It was not: something in front of the proxy accepted the probe's connection. */
  answeredFor?: true;
  /** Whether a probe found the link healthy afterwards; `null` where it cannot tell. */
  healed: boolean | null;
}

/** Appends events; `who` goes into each line. */
export type EventWriter = (event: RunEvent) => void;

export function openEvents(path: string, who: string): EventWriter {
  const descriptor = openSync(path, "a", 0o600);
  return (event) => {
    writeSync(descriptor, `${JSON.stringify({ at: Date.now(), who, ...event })}\n`);
  };
}

/**
 * Reads the faults of a run out of its event file: each occurrence that the plan has, once. A fault
 * of which nothing is told could not be asked whether it did anything.
 *
 * @throws LossboundError `INPUT` naming the line that is not as it should be, or what is not there.
 */
export function readFaultEvents(path: string, planned: readonly { times: number }[]): FaultEvent[] {
  const events = readEvents(path).flatMap(({ where, event }) =>
    event["event"] === "fault" ? [faultFrom(event, where)] : [],
  );
  const told = events.map(({ fault, occurrence }) => `${fault}.${occurrence}`).toSorted();
  const due = planned
    .flatMap(({ times }, fault) => Array.from({ length: times }, (_, time) => `${fault}.${time}`))
    .toSorted();
  if (told.join(" ") !== due.join(" ")) {
    const found = `faults [${told.join(", ")}] (place in the plan, and which time)`;
    throw new LossboundError("INPUT", `${path}: found ${found}, allowed are [${due.join(", ")}], each once`);
  }
  return events;
}

/**
 * Reads when the phases of a run began, milliseconds since 1970. No judgement is made from them.
 *
 * @throws as `readFaultEvents`.
 */
export function readPhaseEvents(path: string): { at: number; phase: string }[] {
  return readEvents(path).flatMap(({ event: { event, at, phase } }) =>
    event === "phase" && typeof at === "number" && typeof phase === "string" ? [{ at, phase }] : [],
  );
}

/** A line of the event file, and where it stands. */
export interface EventLine {
  where: string;
  event: Readonly<Record<string, unknown>>;
}

/** @throws LossboundError `INPUT` naming the line that is no JSON object, or the file that is not there. */
export function readEvents(path: string): EventLine[] {
  return linesOf(path).flatMap((line, index) => {
    const where = `${path}:${index + 1}`;
    return line === "" ? [] : [{ where, event: parseLine(line, where) }];
  });
}

function linesOf(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new LossboundError("INPUT", `cannot read the event file ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return text.split("\n");
}

function parseLine(line: string, where: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === "object" && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Said below, in our words.
  }
  throw new LossboundError(
    "INPUT",
    `${where}: found ${JSON.stringify(line.slice(0, 40))}, allowed is one JSON object a line`,
  );
}

function faultFrom(line: EventLine["event"], where: string): FaultEvent {
  const number = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
  const count = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const position = (value: unknown): boolean => value === null || count(value);
  const checks: Record<keyof Omit<FaultEvent, "event">, (value: unknown) => boolean> = {
    fault: count,
    occurrence: count,
    on: (value) => typeof value === "string",
    kind: (value) => typeof value === "string",
    askedAt: (value) => value === null || number(value),
    appliedAt: (value) => value === null || number(value),
    healAskedAt: (value) => value === null || number(value),
    healedAt: (value) => value === null || number(value),
    touched: count,
    broker: (value) => value === undefined || count(value),
    positions: (value) =>
      value === undefined ||
      (Array.isArray(value) &&
        value.every(
          (moved: Partial<MovedPosition> | null) =>
            count(moved?.partition) && position(moved?.from) && position(moved?.to),
        )),
    probe: (value) => value === null || typeof value === "string",
    inForce: (value) => value === null || typeof value === "boolean",
    answeredFor: (value) => value === undefined || value === true,
    healed: (value) => value === null || typeof value === "boolean",
  };
  for (const [key, isRight] of Object.entries(checks)) {
    if (!isRight(line[key])) {
      throw new LossboundError("INPUT", `${where}: a fault's ${key} cannot be ${JSON.stringify(line[key])}`);
    }
  }
  return line as unknown as FaultEvent;
}

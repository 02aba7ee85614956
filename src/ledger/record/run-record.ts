import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { LossboundError, messageOf } from "../../base/errors.js";
import { makePlan, type Plan } from "../../plan/plan.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { Role } from "../../scenario/role.js";
import type { Milliseconds, Whole } from "../../scenario/units.js";
import { problemsBy } from "../../scenario/schema/fields.js";
import { EvidenceError } from "./evidence-error.js";

/**
 * What the supervisor writes down of a run once it has ended (`run.json`): what was to happen, which
 * lives there were, and what the auditor saw of the log beside the bits. Together with the black
 * boxes and the event file it is all that a verdict is made from, then or later.
 */
export interface RunRecord {
  runId: string;
  /** What was to happen. */
  plan: Plan;
  /** When the producers began to send, milliseconds since 1970. */
  startedAt: Milliseconds;
  lives: LifeRecord[];
  log: PartitionRecord[];
  /** The log of the effects, where the guarantee is judged by it (effectively-once); else `null`. */
  output: OutputRecord[] | null;
  /** Who else saw what became of messages. */
  witnesses: WitnessRecord;
  /** What the harness did not wait for any longer, a sentence each: messages may be lost by its own doing. */
  gaveUp: string[];
  /** What the machine did while messages were sent and read. */
  machine: MachineRecord;
  environment: { kind: string; broker: string; proxy: string; client: string; node: string };
  /** The command that repeats the run. */
  repeatWith: string;
}

/** How far the machine kept up. Milliseconds; `null`: the system does not tell. */
export interface MachineRecord {
  /** The longest time for which the supervisor's process did not get its turn. */
  stoodStillMs: Milliseconds;
  /** For how long some process on the machine waited for a processor. */
  waitedForCpuMs: Milliseconds | null;
  /** For how long the machine's own processors were taken from it, all of them together. */
  stolenMs: Milliseconds | null;
}

export interface LifeRecord {
  role: Role;
  worker: Whole;
  life: Whole;
  /** Whether it ended by SIGKILL. */
  killed: boolean;
  /** The occurrence of a fault that ended it, as `keyOf` names it; `null`: none did. */
  endedBy: string | null;
}

export interface PartitionRecord {
  partition: Whole;
  /** First offset of the log at the scan. */
  start: Whole;
  /** The offset that the next record would have had. */
  end: Whole;
  /** Records that the auditor read. */
  records: Whole;
  /** The group's final committed position; `null` where it has none. */
  position: Whole | null;
}

/** A partition of the topic that the effects of handlers go to. Its offsets count control records, too. */
export interface OutputRecord {
  partition: Whole;
  start: Whole;
  end: Whole;
  /** Records of committed transactions that the auditor read. */
  records: Whole;
}

export interface WitnessRecord {
  /** Requests that the brokers' logs say they refused; `null` where nobody could read such a log. */
  refusals: RefusalRecord[] | null;
  /** Places where a replica's log was cut off, by the brokers' logs; `null` where nobody could read them. */
  truncations: TruncationRecord[] | null;
  /** Whether an auditor followed the log while the run went on. */
  followed: boolean;
}

/** A produce request without acknowledgement that a broker could not store: it closed the connection. */
export interface RefusalRecord {
  /** Id of the broker. */
  broker: Whole;
  /** Names the life that sent it. */
  clientId: string;
  /** Numbers the request on its client. */
  correlationId: Whole;
  /** Milliseconds since 1970. */
  at: Milliseconds;
}

/** A broker cut its replica of a partition: what lay at this offset and above is gone from it. */
export interface TruncationRecord {
  /** Id of the broker. */
  broker: Whole;
  partition: Whole;
  offset: Whole;
  /** Milliseconds since 1970. */
  at: Milliseconds;
}

/** File name of the black box of a life, in the folder of the boxes. */
export function boxName(life: Pick<LifeRecord, "role" | "worker" | "life">): string {
  return `${life.role}-${life.worker}.${life.life}.box`;
}

/** Names a life to the brokers, and in what they print: one client id a life. */
export function clientIdOf(
  runId: string,
  { role, worker, life }: Pick<LifeRecord, "role" | "worker" | "life">,
): string {
  return `lossbound-${runId.slice(0, 8)}-${role}-${worker}-${life}`;
}

/** File name of the box with what an auditor saw that followed the log. */
export const followBoxName = "follow.box";

/** File name of the box with what the auditor saw. */
export const scanBoxName = "log.box";

/** File name of the box with what he saw of the effects. */
export const outputBoxName = "output.box";

/** File name of the record, of the events and of the folder of the boxes, in the folder of the run. */
export const runRecordName = "run.json";
export const eventsName = "events.ndjson";
export const boxesName = "boxes";
const schema = "lossbound.run/3";

/** This version has the scenario and the seed instead of the plan. */
const schemaWithoutPlan = "lossbound.run/2";

export function writeRunRecord(folder: string, run: RunRecord): void {
  const stored = { schema, sha256: digestOf(run), run };
  writeFileSync(join(folder, runRecordName), `${JSON.stringify(stored, undefined, 2)}\n`, { mode: 0o600 });
}

/**
 * Reads the record of a run back.
 *
 * @throws LossboundError `INPUT` if the file is missing, or has another version or form; EvidenceError if its
 *   content does not match its digest.
 */
export function readRunRecord(folder: string): RunRecord {
  const path = join(folder, runRecordName);
  const stored = parse(path);
  if (stored.schema !== schema && stored.schema !== schemaWithoutPlan) {
    throw new LossboundError(
      "INPUT",
      `${path}: found schema ${JSON.stringify(stored.schema)}, allowed is "${schema}"`,
    );
  }
  if (stored.run === undefined || stored.sha256 !== digestOf(stored.run)) {
    throw new EvidenceError(
      "run-record",
      `${path} was changed since it was written: its digest does not match`,
    );
  }
  try {
    const run = stored.schema === schema ? stored.run : withPlan(stored.run as RunWithoutPlan);
    // A digest that matches proves that the record is unchanged, not that it is one.
    const problem = problemOfRun(run);
    if (problem !== undefined) throw new Error(problem);
    return run as RunRecord;
  } catch (error) {
    throw new LossboundError("INPUT", `${path} is not the record of a run: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

interface RunWithoutPlan {
  scenario: Scenario;
  seed: number;
}

/** Plans have been drawn the same way in both versions, so scenario and seed give the plan that was run. */
function withPlan({ scenario, seed, ...run }: RunWithoutPlan): unknown {
  return { ...run, plan: JSON.parse(JSON.stringify(makePlan(scenario, seed))) };
}

let problemBySchema: ReturnType<typeof problemsBy> | undefined;

/**
 * Says the first thing that keeps a value from being a `RunRecord`; `undefined` if nothing does. The JSON Schema is
 * made from the type (`npm run schemas`).
 */
export function problemOfRun(run: unknown): string | undefined {
  problemBySchema ??= problemsBy(
    createRequire(import.meta.url)("#package/schemas/run.schema.json") as Record<string, unknown>,
  );
  return problemBySchema(run, "run");
}

function parse(path: string): { schema?: unknown; sha256?: unknown; run?: unknown } {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof parsed === "object" && parsed !== null) return parsed;
    throw new Error("it is not a JSON object");
  } catch (error) {
    throw new LossboundError("INPUT", `${path} is not the record of a run: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function digestOf(run: unknown): string {
  return createHash("sha256").update(JSON.stringify(run)).digest("hex");
}

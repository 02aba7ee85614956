import { join } from "node:path";

import { partitionOf } from "../plan/layout.js";
import type { MessageId } from "../plan/message-name.js";
import { readAuditorBox } from "./box/auditor-box.js";
import { hasBit } from "./box/bits.js";
import type { PlaneName } from "./box/format.js";
import type { Ledger } from "./ledger.js";
import { type BoxReading, readBox } from "./box/read-box.js";
import { fieldOf, hasPartition } from "./box/request-rows.js";
import { type LifeRecord, type RunRecord, boxName } from "./record/run-record.js";

/**
 * Everything that the black boxes recorded about one message, life by life. Times are milliseconds
 * since 1970.
 */
export interface MessageTrace {
  /** `null` if it was never given to a client. */
  sent: SentTrace | null;
  /** The log at the time of the scan; `copies` is 2 for two or more. */
  log: { copies: 0 | 1 | 2; uncommitted: boolean };
  /** Whether the auditor that followed the log saw it; `null` if the log was not followed. */
  seen: boolean | null;
  /** Only the lives that fetched it. */
  consumers: ConsumerTrace[];
  /** Records of its effect, 2 for two or more; `null` if effects are not counted. */
  effects: 0 | 1 | 2 | null;
}

export interface SentTrace {
  life: LifeRecord;
  /** It was sent after `after` (`null` if unknown) and no later than `by`. */
  after: number | null;
  by: number | null;
  outcome: "accepted" | "rejected" | "none";
  handed: boolean;
  /** The requests that carried it; empty if the box had no room to list them. */
  requests: RequestTrace[];
  /**
   * Whether one of them followed a refused request, over which the broker closed the connection.
   */
  behindRefused: boolean;
}

export interface RequestTrace {
  at: number;
  broker: number;
  connection: number;
  correlationId: number;
}

export interface ConsumerTrace {
  life: LifeRecord;
  /** The planes in which its bit is set. */
  planes: ReadonlySet<PlaneName<"consumer">>;
}

/**
 * Traces a message through the boxes in `folder`, from which the ledger was read.
 *
 * @throws as `readLedger`.
 */
export async function traceMessage(
  folder: string,
  run: RunRecord,
  ledger: Ledger,
  message: MessageId,
): Promise<MessageTrace> {
  const index = ledger.layout.bases[message.producer]! + message.number;
  const audited = { runId: run.runId, layout: ledger.layout };
  await using scan = await readAuditorBox(folder, "scan", audited);
  const again = hasBit(await scan.plane("storedAgain"), index);
  return {
    sent: await traceSending(folder, run, ledger, message),
    log: {
      copies: again ? 2 : hasBit(ledger.planes.stored, index) ? 1 : 0,
      uncommitted: hasBit(ledger.planes.uncommitted, index),
    },
    seen: run.witnesses.followed ? hasBit(ledger.planes.seen, index) : null,
    consumers: await traceConsumers(folder, run, ledger, index),
    effects: run.output === null ? null : await traceEffects(folder, audited, index),
  };
}

async function traceSending(
  folder: string,
  run: RunRecord,
  ledger: Ledger,
  { producer, number }: MessageId,
): Promise<SentTrace | null> {
  const bits = ledger.layout.messages[producer]!;
  for (const life of livesOf(run, "producer").filter(({ worker }) => worker === producer)) {
    const expected = { kind: "producer", runId: run.runId, bits, ...life } as const;
    await using box = await readBox(join(folder, boxName(life)), expected);
    if (number < box.description.firstNumber || number >= box.counter("next")) continue;
    const has = async (name: PlaneName<"producer">) => hasBit(await box.plane(name), number);
    const accepted = await has("accepted");
    return {
      life,
      ...momentOf(ledger.sendTimes[producer]!, number, box.counter("sendingSince")),
      outcome: accepted ? "accepted" : (await has("rejected")) ? "rejected" : "none",
      handed: await has("handed"),
      behindRefused: hasBit(ledger.planes.behindRefused, ledger.layout.bases[producer]! + number),
      requests: await requestsWith(
        box,
        number,
        partitionOf(number, producer, run.plan.scenario.topic.partitions),
      ),
    };
  }
  return null;
}

/** Returns the time span of a sending, from its producer's progress, recorded every 100 ms. */
function momentOf(times: Ledger["sendTimes"][number], number: number, since: number) {
  const after = times.findLast(({ next }) => next <= number)?.at ?? null;
  return {
    // The start of the life itself is closer than the end of the life before it.
    after: since === 0 ? after : Math.max(since, after ?? since),
    by: times.find(({ next }) => next > number)?.at ?? null,
  };
}

async function requestsWith(
  box: BoxReading<"producer">,
  number: number,
  partition: number,
): Promise<RequestTrace[]> {
  const { words, count } = await box.requests();
  const since = box.counter("sendingSince");
  const found: RequestTrace[] = [];
  for (let row = 0; row < count; row++) {
    if (number < fieldOf(words, row, "lowest") || number > fieldOf(words, row, "highest")) continue;
    if (!hasPartition(words, row, partition)) continue;
    found.push({
      // Rows hold the low 32 bits of the time.
      at: since + ((fieldOf(words, row, "at") - since) | 0),
      broker: fieldOf(words, row, "broker"),
      connection: fieldOf(words, row, "connection"),
      correlationId: fieldOf(words, row, "correlationId"),
    });
  }
  return found;
}

const consumerPlanes = [
  "fetched",
  "tried",
  "covered",
  "began",
  "beganAgain",
  "ended",
  "endedAgain",
] as const satisfies readonly PlaneName<"consumer">[];

async function traceConsumers(
  folder: string,
  run: RunRecord,
  { layout }: Ledger,
  index: number,
): Promise<ConsumerTrace[]> {
  const found: ConsumerTrace[] = [];
  for (const life of livesOf(run, "consumer")) {
    const expected = { kind: "consumer", runId: run.runId, bits: layout.words * 32, ...life } as const;
    await using box = await readBox(join(folder, boxName(life)), expected);
    const planes = new Set<PlaneName<"consumer">>();
    for (const name of consumerPlanes) if (hasBit(await box.plane(name), index)) planes.add(name);
    if (planes.size > 0) found.push({ life, planes });
  }
  return found;
}

async function traceEffects(
  folder: string,
  audited: Parameters<typeof readAuditorBox>[2],
  index: number,
): Promise<0 | 1 | 2> {
  await using box = await readAuditorBox(folder, "output", audited);
  if (hasBit(await box.plane("outputAgain"), index)) return 2;
  return hasBit(await box.plane("output"), index) ? 1 : 0;
}

function livesOf({ lives }: RunRecord, role: LifeRecord["role"]): LifeRecord[] {
  return lives
    .filter((life) => life.role === role)
    .toSorted((one, next) => one.worker - next.worker || one.life - next.life);
}

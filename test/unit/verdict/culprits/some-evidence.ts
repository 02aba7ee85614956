import type { CommitInDoubt } from "../../../../src/ledger/record/commits-in-doubt.js";
import type { ConnectionRecord } from "../../../../src/ledger/box/connections.js";
import type { FaultEvent } from "../../../../src/ledger/record/events.js";
import type { ConsumerLife, ProducerLife } from "../../../../src/ledger/life-evidence.js";
import type { Ledger } from "../../../../src/ledger/ledger.js";
import { type RequestRow, rowWords, storeRow } from "../../../../src/ledger/box/request-rows.js";
import { type RunRecord, clientIdOf } from "../../../../src/ledger/record/run-record.js";
import { sendRowWords, storeSend, storeSettled } from "../../../../src/ledger/box/send-rows.js";
import { makePlan } from "../../../../src/plan/plan.js";
import type { Fault } from "../../../../src/scenario/faults.js";
import type { Evidence } from "../../../../src/verdict/culprits/evidence.js";
import { aScenario } from "../../../support/a-scenario.js";
import { runId } from "../../../support/black-boxes.js";
import { type Evidence as Bits, aLedger, startedAt } from "../a-ledger.js";

/** Times are milliseconds from the start of the sending. */
export interface Told {
  /** One entry a message of the one producer: its bits. */
  messages: readonly Bits[];
  partitions?: number;
  faults?: readonly { fault: Fault; at: number; healed?: number; event?: Partial<FaultEvent> }[];
  /** `[first message, sent, answered]` of each call of the client's send. */
  sends?: readonly (readonly [first: number, at: number, settled?: number])[];
  /** Requests in the order in which they were handed over; and how many found no room to be listed. */
  requests?: readonly { on: number; at: number; from: number; to: number; ends?: number; broker?: number }[];
  unlisted?: number;
  connections?: readonly {
    dialed: number;
    opened?: number;
    closed?: number;
    broker?: number;
    bytesFlushed?: number;
  }[];
  /** The occurrence that ended the producer's one life, and when. */
  ended?: { by: string; at: number };
  consumers?: readonly ConsumerLife[];
  commitsInDoubt?: readonly CommitInDoubt[];
  /** When consumer 0 joined its group. */
  joins?: readonly number[];
  run?: Partial<RunRecord>;
  ledger?: Partial<Ledger>;
}

/** What is known of a run with one producer and one life of it, as if read from its files. */
export function evidenceOf(told: Told): Evidence {
  const { messages, partitions = 1, faults = [], run = {}, ended } = told;
  const scenario = aScenario({
    messages: messages.length,
    producers: 1,
    partitions,
    faults: faults.map(({ fault }) => fault),
  });
  const plan = run.plan ?? makePlan(scenario, 1);
  const times = (told.sends ?? []).map(([first, at]) => [at, first] as const);
  const ledger = aLedger([{ messages, times: [...times, [10_000, messages.length]] }], told.ledger);
  ledger.lives = { producers: [producerOf(told)], consumers: [...(told.consumers ?? [])] };
  return {
    plan,
    run: {
      runId,
      startedAt,
      witnesses: { refusals: [], truncations: [], followed: false },
      machine: { stoodStillMs: 0, waitedForCpuMs: null, stolenMs: null },
      ...run,
      plan,
    } as RunRecord,
    ledger,
    faults: faults.map(({ at, healed, event }, fault) => ({
      event: "fault",
      fault,
      occurrence: 0,
      on: "",
      kind: "",
      askedAt: startedAt + at - 5,
      appliedAt: startedAt + at,
      healAskedAt: healed === undefined ? null : startedAt + healed,
      healedAt: healed === undefined ? null : startedAt + healed + 5,
      touched: 1,
      probe: null,
      inForce: null,
      healed: null,
      ...event,
    })),
    commitsInDoubt: (told.commitsInDoubt ?? []).map((one) => ({
      ...one,
      askedAt: startedAt + one.askedAt,
      at: startedAt + one.at,
    })),
    joins: (told.joins ?? []).map((at) => ({
      who: clientIdOf(runId, { role: "consumer", worker: 0, life: 0 }),
      at: startedAt + at,
    })),
    endOf: ({ role }) =>
      role === "producer" && ended !== undefined ? startedAt + ended.at : startedAt + 20_000,
  };
}

export function aConsumer(
  given: { inHand?: number[]; committed?: number[]; inDoubt?: number[] },
  endedBy: string | null,
): ConsumerLife {
  return {
    record: { role: "consumer", worker: 0, life: 0, killed: endedBy !== null, endedBy },
    inHand: Uint32Array.from(given.inHand ?? []),
    committed: Uint32Array.from(given.committed ?? given.inHand ?? []),
    inDoubt: Uint32Array.from(given.inDoubt ?? []),
  };
}

function producerOf({
  messages,
  partitions = 1,
  sends = [],
  requests = [],
  unlisted = 0,
  ...told
}: Told): ProducerLife {
  const { ended } = told;
  const sendWords = new Uint32Array((sends.length + 1) * sendRowWords);
  for (const [place, [first, at, settled]] of sends.entries()) {
    storeSend(sendWords, place, { first, at: startedAt + at });
    if (settled !== undefined) storeSettled(sendWords, place, startedAt + settled);
  }
  const words = new Uint32Array((requests.length + 1) * rowWords);
  for (const [place, { on, at, from, to, ends = (place + 1) * 100, broker = 1 }] of requests.entries()) {
    const row: RequestRow = {
      connection: on,
      broker,
      correlationId: place,
      at: startedAt + at,
      lowest: from,
      highest: to,
      ends,
      partitions: Array.from({ length: partitions }, (_, partition) => partition),
    };
    storeRow(words, place, row);
  }
  return {
    record: {
      role: "producer",
      worker: 0,
      life: 0,
      killed: ended !== undefined,
      endedBy: ended?.by ?? null,
    },
    since: startedAt,
    first: 0,
    next: messages.length,
    sends: { words: sendWords, count: sends.length },
    requests: { words, count: requests.length, unlisted },
    connections: (told.connections ?? []).map(connectionOf),
  };
}

function connectionOf({
  dialed,
  opened = dialed,
  closed,
  broker = 1,
  bytesFlushed = 1_000,
}: NonNullable<Told["connections"]>[number]): ConnectionRecord {
  return {
    broker,
    dialedAt: startedAt + dialed,
    openedAt: startedAt + opened,
    closedAt: closed === undefined ? Infinity : startedAt + closed,
    bytesFlushed,
  };
}

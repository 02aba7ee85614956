import type { FaultEvent } from "../ledger/record/events.js";
import type { ProducerLife } from "../ledger/life-evidence.js";
import type { MachineRecord } from "../ledger/record/run-record.js";
import { sendFieldOf } from "../ledger/box/send-rows.js";
import type { Plan, PlannedFault } from "../plan/plan.js";

/** Something that the machine did, and that the scenario did not ask for. */
export interface Disturbance {
  kind: "late-sending" | "late-fault" | "long-fault" | "stood-still" | "stolen" | "session-lost";
  /** For how long, in milliseconds. */
  ms: number;
  /** By so many messages, at most, it can have changed what the faults took. */
  messages: number;
  /** A sentence. */
  words: string;
}

export interface Disturbances {
  list: Disturbance[];
  /** Why the load was not the one that the scenario asks for, a sentence each: then no bound was tested. */
  doubts: string[];
}

export interface Measured {
  plan: Plan;
  startedAt: number;
  producers: readonly ProducerLife[];
  faults: readonly FaultEvent[];
  machine: MachineRecord;
  /** When consumers joined their group again though no fault called for it, milliseconds since 1970. */
  rejoins: readonly number[];
  /** Messages that were lost because a commit over them was under way at such a moment. */
  overtaken: number;
}

/** A machine that keeps up is late by less. */
const noticeMs = 100;
/** A stolen processor shows in the other figures, too, once it was away for this share of the run. */
const noticeShare = 0.02;
/** The load counts as reached if the last message was sent late by no more than this share of the time. */
const lateShareMax = 0.1;
const lateMsMin = 500;

/** Holds what the machine did against what the scenario asks for. */
export function disturbancesOf(measured: Measured): Disturbances {
  const { plan } = measured;
  const { rate } = plan.scenario.producers;
  const messagesIn = (ms: number): number => Math.ceil((rate * ms) / 1000);
  const sends = sendsOf(measured);
  const list = [
    ...lateSending(measured, sends, messagesIn),
    ...faultsAsked(measured, messagesIn),
    ...stoodStill(measured, messagesIn),
    ...stolen(measured),
    ...rejoined(measured),
  ];
  // A load that is more than the client can send is late by the scenario's own wish.
  return { list, doubts: plan.scenario.producers.overload ? [] : loadDoubts(measured, sends) };
}

/** One call of a client's send. Times are milliseconds since 1970. */
interface Send {
  dueAt: number;
  at: number;
  /** How late it was, without the time for which a fault made its producer stand still. */
  lateMs: number;
  /** Whether it is the last one of its life. */
  isLast: boolean;
}

function sendsOf({ plan, startedAt, producers, faults }: Measured): Send[] {
  const { rate, count } = plan.scenario.producers;
  return producers.flatMap((life) => {
    const pauses = pausesOf(plan, faults, life.record.worker);
    const { words, count: listed } = life.sends;
    return Array.from({ length: listed }, (_, place): Send => {
      const first = sendFieldOf(words, place, "first");
      const at = startedAt + ((sendFieldOf(words, place, "at") - startedAt) | 0);
      const dueAt = life.since + ((first - life.first) * 1000 * count) / rate;
      const paused = pauses.reduce(
        (sum, { from, to }) => sum + Math.max(0, Math.min(at, to) - Math.max(dueAt, from)),
        0,
      );
      return { dueAt, at, lateMs: Math.max(0, at - dueAt - paused), isLast: place === listed - 1 };
    });
  });
}

function pausesOf(
  { faults }: Plan,
  events: readonly FaultEvent[],
  worker: number,
): { from: number; to: number }[] {
  return events.flatMap(({ fault, occurrence, askedAt, healedAt }) => {
    const planned = faults[fault]!;
    const isIts =
      planned.kind === "pause" && planned.role === "producer" && planned.targets[occurrence] === worker;
    return isIts && askedAt !== null ? [{ from: askedAt, to: healedAt ?? Infinity }] : [];
  });
}

function lateSending(
  measured: Measured,
  sends: readonly Send[],
  messagesIn: (ms: number) => number,
): Disturbance[] {
  const lateMs = latest(sends);
  if (lateMs < noticeMs) return [];
  // What is due before a fault, or in it, and sent late, falls into it, or behind it.
  const underFaults = windowsOf(measured).map((window) =>
    latest(sends.filter((send) => isUnder(send, window))),
  );
  const messages = underFaults.reduce((sum, ms) => sum + messagesIn(ms), 0);
  return [
    {
      kind: "late-sending",
      ms: lateMs,
      messages,
      words: `messages were sent up to ${inSeconds(lateMs)} late`,
    },
  ];
}

/** A fault on what the producers send to, as it was asked for and as it was. */
interface Window {
  name: string;
  from: number;
  to: number;
  /** How long it was to last, in milliseconds; `undefined`: to the end. */
  forMs: number | undefined;
}

function windowsOf({ plan, faults }: Measured): Window[] {
  return faults.flatMap(({ fault, kind, on, askedAt, appliedAt, healedAt }) => {
    const planned = plan.faults[fault]!;
    if (!meetsProducers(planned) || appliedAt === null) return [];
    const name = `${kind} on ${on}`;
    const forMs = planned.kind === "link" || planned.kind === "broker" ? planned.for : undefined;
    return [{ name, from: askedAt ?? appliedAt, to: healedAt ?? Infinity, forMs }];
  });
}

function meetsProducers(fault: PlannedFault): boolean {
  switch (fault.kind) {
    case "link":
      return fault.on === "producer-link";
    case "broker":
    case "topic":
    case "oversize":
      return true;
    case "kill":
    case "stop":
    case "pause":
    case "join":
    case "reset-offsets":
      return false;
  }
}

function isUnder({ dueAt, at }: Send, { from, to }: Window): boolean {
  return dueAt <= to && at >= from;
}

/** Faults that came late, or lasted longer than they were to. */
function faultsAsked(
  { plan, startedAt, faults }: Measured,
  messagesIn: (ms: number) => number,
): Disturbance[] {
  return faults.flatMap(({ fault, occurrence, kind, on, askedAt, appliedAt, healedAt }): Disturbance[] => {
    if (appliedAt === null) return [];
    const planned = plan.faults[fault]!;
    const found: Disturbance[] = [];
    if (planned.trigger.kind === "at" && occurrence === 0 && planned.trigger.ms > 0) {
      const lateMs = appliedAt - startedAt - planned.trigger.ms;
      const words = `${kind} on ${on} was in force ${inSeconds(lateMs)} late`;
      if (lateMs >= noticeMs) found.push({ kind: "late-fault", ms: lateMs, messages: 0, words });
    }
    if (
      (planned.kind === "link" || planned.kind === "broker") &&
      planned.for !== undefined &&
      healedAt !== null
    ) {
      const longMs = healedAt - (askedAt ?? appliedAt) - planned.for;
      const words = `${kind} on ${on} lasted ${inSeconds(longMs)} longer than ${inSeconds(planned.for)}`;
      if (longMs >= noticeMs)
        found.push({ kind: "long-fault", ms: longMs, messages: messagesIn(longMs), words });
    }
    return found;
  });
}

function stoodStill({ machine }: Measured, messagesIn: (ms: number) => number): Disturbance[] {
  const { stoodStillMs } = machine;
  if (stoodStillMs < noticeMs) return [];
  const words = `lossbound itself stood still for ${inSeconds(stoodStillMs)}`;
  return [{ kind: "stood-still", ms: stoodStillMs, messages: messagesIn(stoodStillMs), words }];
}

function stolen({ machine: { stolenMs }, plan }: Measured): Disturbance[] {
  if (stolenMs === null || stolenMs < noticeMs || stolenMs < noticeShare * plan.sendingMs) return [];
  const words = `other machines took the processors for ${inSeconds(stolenMs)}`;
  return [{ kind: "stolen", ms: stolenMs, messages: 0, words }];
}

function rejoined({ rejoins, overtaken }: Measured): Disturbance[] {
  if (rejoins.length === 0 && overtaken === 0) return [];
  const times = rejoins.length < 2 ? "" : ` ${rejoins.length} times`;
  const lost = overtaken === 0 ? "" : `, and ${overtaken} messages were lost whose commit was under way`;
  const words = `consumers joined their group again${times} without a fault${lost}`;
  return [{ kind: "session-lost", ms: 0, messages: overtaken, words }];
}

function loadDoubts(measured: Measured, sends: readonly Send[]): string[] {
  const { plan } = measured;
  const { rate } = plan.scenario.producers;
  const lateAtEnd = latest(sends.filter(({ isLast }) => isLast));
  const allowedMs = Math.max(lateMsMin, lateShareMax * plan.sendingMs);
  if (lateAtEnd > allowedMs) {
    return [
      `the load was not reached: the last message was sent ${inSeconds(lateAtEnd)} late, at ${rate} messages a second that is more than ${inSeconds(allowedMs)}; use a faster machine or a lower rate`,
    ];
  }
  return windowsOf(measured).flatMap((window) => {
    if (window.forMs === undefined) return [];
    const lateMs = latest(sends.filter((send) => isUnder(send, window)));
    // What was due in all of the fault may have been sent behind it.
    if (lateMs <= window.forMs) return [];
    return [
      `the load was not reached: around ${window.name}, which lasts ${inSeconds(window.forMs)}, messages were sent up to ${inSeconds(lateMs)} late; use a faster machine or a longer fault`,
    ];
  });
}

function latest(sends: readonly Send[]): number {
  return Math.round(sends.reduce((most, { lateMs }) => Math.max(most, lateMs), 0));
}

function inSeconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

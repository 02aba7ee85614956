import { epochMs } from "../../base/clock.js";
import { LossboundError, messageOf } from "../../base/errors.js";
import { waitUntil } from "../../base/wait.js";
import type { AdminClient } from "../../kafka/driver.js";
import { goesOnAt } from "../../ledger/record/position.js";
import type { Plan } from "../../plan/plan.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { Crew } from "../../crew/crew.js";
import { countsOf } from "../counts.js";
import type { Faults } from "../faults/faults.js";

/** The log counts as still after this time without an append, in milliseconds. */
const stillForMs = 1_000;
const stillLimitMs = 60_000;
/** Two looks that are further apart may have missed an append. */
const longestGapMs = 300;

/**
 * The context of a run's waits. Each wait ends if the run is interrupted or one of its parts fails.
 */
export interface Settling {
  plan: Plan;
  topic: string;
  groupId: string;
  admin: AdminClient;
  crew: Crew;
  faults: Faults;
  signal: AbortSignal;
}

/**
 * Waits until every consumer has joined and all partitions are assigned, so that none will move
 * again.
 */
export async function groupAssigned({ plan, crew, signal }: Settling): Promise<void> {
  const { partitions } = plan.scenario.topic;
  const assigned = (): boolean => {
    const counts = countsOf(crew);
    return counts.outside === 0 && counts.assigned === partitions;
  };
  await waitUntil(`all ${partitions} partitions to be assigned`, assigned, {
    limitMs: 30_000,
    everyMs: 5,
    signal,
    evidence: () => lastLinesOf(crew),
  });
}

export async function producersReady({ crew, signal }: Settling): Promise<void> {
  const producers = (): boolean => crew.lives.every((life) => life.role !== "producer" || life.ready);
  await waitUntil("the producers to be ready", producers, {
    limitMs: 30_000,
    everyMs: 2,
    signal,
    evidence: () => lastLinesOf(crew),
  });
}

/** Waits until every producer has sent its last message and ended, or was killed for good. */
export async function producersEnded({ plan, crew, faults, signal }: Settling): Promise<void> {
  const ended = (): boolean =>
    plan.layout.messages.every(
      (_, worker) => !crew.living("producer", worker) && !faults.isRestarting("producer", worker),
    );
  const limitMs = 3 * plan.sendingMs + awayMs(plan) + 120_000;
  await waitUntil("the producers to send everything", ended, {
    limitMs,
    everyMs: 5,
    signal,
    evidence: () => lastLinesOf(crew),
  });
}

/**
 * Waits until no record is on its way into the log any more, that is, until the ends of all
 * partitions stay the same. Only time with answered looks counts, so that a paused broker is not
 * taken for a still log.
 */
export async function logStandsStill({ admin, topic, signal }: Settling): Promise<void> {
  let ends = "";
  let stillMs = 0;
  let lookedAt = epochMs();
  await waitUntil(
    "the log to stop growing",
    async () => {
      const before = lookedAt;
      const now = await admin.logEnds(topic).then(namesOfEnds, (error: unknown) => {
        stillMs = 0;
        throw error;
      });
      lookedAt = epochMs();
      const gap = lookedAt - before;
      stillMs = now === ends && gap < longestGapMs ? stillMs + gap : 0;
      ends = now;
      return stillMs >= stillForMs;
    },
    { limitMs: stillLimitMs, everyMs: 50, signal },
  );
}

function namesOfEnds(ends: readonly { partition: number; end: number }[]): string {
  return ends.map(({ partition, end }) => `${partition}:${end}`).join(" ");
}

/**
 * Waits until the log is drained: the group would not get any further record, no living consumer
 * holds a message that it fetched and has not finished, and no fault is changing the group or the
 * topic.
 *
 * If records were deleted below a position, reading would continue at the log's start. Without any
 * record after that, the partition is drained, regardless of its position. A position beyond the
 * end cannot stay, since the consumers will be reset. Without a position, a consumer's progress is
 * unknown until it commits, so everything has to stand still for a while.
 *
 * @returns the reason if the log is not drained within the limit; the rest then counts as `unread`.
 */
export async function drain(settling: Settling): Promise<string | undefined> {
  const { plan, admin, topic, groupId, crew, faults, signal } = settling;
  const { messages } = plan.scenario.producers;
  const { handle, sessionTimeout, reset } = plan.scenario.consumers;
  const limitMs = 60_000 + 3 * sessionTimeout + 2 * handle * messages + awayMs(plan);
  const still = standsStill();
  try {
    await waitUntil(
      "the consumers to reach the end of the log",
      async () => {
        if (countsOf(crew).inHand > 0 || faults.movesGroupOrTopic) return false;
        const positions = await admin.positions(groupId, topic);
        const logs = (await admin.logEnds(topic)).map((log) => ({
          ...log,
          position: positions.get(log.partition) ?? null,
        }));
        const behind = logs.filter((log) => !isDrained(log, reset));
        if (behind.length > 0) throw new Error(behind.map(describePosition).join(", "));
        // Read again: a batch may have been handed over while the positions were read.
        const { inHand, received } = countsOf(crew);
        const unseen = logs.some(({ end, position }) => end > 0 && position === null);
        const seen = `${received} ${logs.map(describePosition).join()}`;
        return inHand === 0 && !faults.movesGroupOrTopic && (!unseen || still(seen));
      },
      { limitMs, everyMs: 25, signal },
    );
    return undefined;
  } catch (error) {
    if (error instanceof LossboundError && error.code === "DEADLINE" && !signal.aborted)
      return messageOf(error);
    throw error;
  }
}

interface LogAndPosition {
  partition: number;
  start: number;
  end: number;
  position: number | null;
}

function isDrained(log: LogAndPosition, reset: Scenario["consumers"]["reset"]): boolean {
  return (log.position ?? 0) <= log.end && goesOnAt(log, reset) >= log.end;
}

function describePosition({ partition, end, position }: LogAndPosition): string {
  return `partition ${partition}: position ${position ?? "none"}, log end ${end}`;
}

/** Returns a function that tells whether its argument has been the same for `stillForMs`. */
function standsStill(): (seen: string) => boolean {
  let last: { seen: string; since: number } | undefined;
  return (seen) => {
    if (last?.seen !== seen) last = { seen, since: epochMs() };
    return epochMs() - last.since >= stillForMs;
  };
}

/**
 * The longest time until a harmed broker is noticed, runs again, and the group has a coordinator.
 */
const brokerReturnMs = 30_000;

/** Returns how long workers and brokers are away or awaited, according to the plan. */
function awayMs(plan: Plan): number {
  return plan.faults.reduce((sum, fault) => {
    switch (fault.kind) {
      case "kill":
      case "stop":
        return sum + fault.times * Math.max(fault.every, fault.restartAfter ?? 0);
      case "pause":
      case "join":
        return sum + fault.times * Math.max(fault.every, fault.for);
      case "broker":
        return sum + fault.times * Math.max(fault.every, (fault.for ?? 0) + brokerReturnMs);
      case "link":
      case "oversize":
      case "topic":
      case "reset-offsets":
        return sum;
    }
  }, 0);
}

function lastLinesOf(crew: Crew): string {
  return crew.lives.map(({ process }) => `${process.name}:\n${process.lastLines()}`).join("\n");
}

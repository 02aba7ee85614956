import { epochMs } from "../../base/clock.js";
import { pause, unlessAborted, waitUntil } from "../../base/wait.js";
import type { BrokerHandle } from "../../environment/environment.js";
import type { Links } from "../../environment/links/links.js";
import type { AdminClient } from "../../kafka/driver.js";
import type { EventWriter, FaultEvent } from "../../ledger/record/events.js";
import type { Plan } from "../../plan/plan.js";
import type { Moment } from "../../scenario/faults.js";
import type { Crew } from "../../crew/crew.js";
import type { ClusterBroker } from "./broker-choice.js";
import { countsOf } from "../counts.js";
import type { Door } from "./door.js";
import type { Follower } from "../audit/follow.js";
import type { Moments } from "./moments.js";
import type { Turns } from "../../base/turns.js";

/** The context in which a fault is applied and recorded. */
export interface FaultContext {
  plan: Plan;
  crew: Crew;
  links: Links;
  /** Connected directly to the brokers. */
  admin: AdminClient;
  /** All brokers of the cluster. */
  brokers: readonly ClusterBroker[];
  /** The same brokers, for faults; `undefined` if lossbound did not start them. */
  handles: readonly BrokerHandle[] | undefined;
  /** Addresses of brokers that the plan has taken down, whose ports may refuse connections. */
  away: Set<string>;
  topic: string;
  groupId: string;
  /** Reads the log as it grows, if the plan lets records vanish. */
  follower: Follower | undefined;
  write: EventWriter;
  /** Prints a line for the user. */
  say(line: string): void;
  signal: AbortSignal;
}

/** The state that the faults of a run share. */
export interface FaultProgress extends FaultContext {
  /** Faults in force now: the key of the occurrence, and its label. */
  readonly inForce: Map<string, string>;
  /** Faults whose worker is dead, by the same keys, until its next life or the end of the run. */
  readonly dead: Set<string>;
  /** Dead workers that will be restarted. */
  readonly restarting: Set<string>;
  /**
   * Faults that are changing the group or its topic. The log is not drained until they are done.
   */
  readonly moving: Set<string>;
  /** Lets faults on the topic take turns: none should see the half-done work of another. */
  readonly onTopic: Turns;
  /** Closed while the group must not have any member. */
  readonly groupDoor: Door;
  /** Resolves with time 0, in milliseconds since 1970, when the producers start to send. */
  readonly begun: Promise<number>;
  /** Timers since time 0. Faults due at the same moment fall in the order of the scenario. */
  readonly moments: Moments;
  /**
   * Aborts when the producers have ended. From then on no fault falls on a broker, and all are
   * brought back.
   */
  readonly producersEnded: AbortSignal;
  /** Aborts after that. From then on no fault falls on a link, and all links are healed. */
  readonly sendingOver: AbortSignal;
  /**
   * Aborts when the consumers have drained the log. From then on no worker is left to kill at work.
   */
  readonly drained: AbortSignal;
}

/** The fields of the event for an occurrence that never fell. */
export const neverFell = {
  askedAt: null,
  appliedAt: null,
  healAskedAt: null,
  healedAt: null,
  touched: 0,
  probe: null,
  inForce: null,
  healed: null,
} as const satisfies Partial<FaultEvent>;

/** The longest wait of a fault for its moment: the longest run. */
export const momentLimitMs = 2 * 3600 * 1000;

/** Waits for the moment of a fault. Returns false if it will not come any more. */
export async function awaitMoment(
  { crew, moments }: FaultProgress,
  trigger: Moment,
  over: AbortSignal,
): Promise<boolean> {
  switch (trigger.kind) {
    case "at":
      await unlessAborted(moments.at(trigger.ms), over).catch(() => {});
      return !over.aborted;
    case "after": {
      const reached = (): boolean => countsOf(crew)[trigger.of] >= trigger.count;
      return (await waitOrOver(`${trigger.count} messages to be ${trigger.of}`, reached, over)) === true;
    }
  }
}

/** How long to ask again if a broker refuses because it has just died or is stopped. */
const answerLimitMs = 60_000;

/** Asks the cluster until it answers, since other faults may hold a broker. */
export async function answerTo<T>(
  what: string,
  ask: () => Promise<T>,
  { signal }: Pick<FaultContext, "signal">,
): Promise<T> {
  const look = async (): Promise<{ answer: T }> => ({ answer: await ask() });
  return (await waitUntil(what, look, { limitMs: answerLimitMs, everyMs: 100, signal })).answer;
}

/** Waits until a time (`undefined`: without limit) or until `over` aborts. */
export async function pauseUntil(at: number | undefined, over: AbortSignal): Promise<void> {
  const ms = at === undefined ? momentLimitMs : Math.max(0, at - epochMs());
  await pause(ms, over).catch(() => {});
}

/** Looks until there is a result. Returns `undefined` if `over` aborts first. */
export async function waitOrOver<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  over: AbortSignal,
  everyMs = 2,
): Promise<T | undefined> {
  try {
    return await waitUntil(what, look, { limitMs: momentLimitMs, everyMs, signal: over });
  } catch (error) {
    if (over.aborted) return undefined;
    throw error;
  }
}

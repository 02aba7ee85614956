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

/** What a fault needs, to come about and to be written down. */
export interface FaultContext {
  plan: Plan;
  crew: Crew;
  links: Links;
  /** Straight to the brokers. */
  admin: AdminClient;
  /** All that there are. */
  brokers: readonly ClusterBroker[];
  /** The same, to be harmed; `undefined` where they are not ours. */
  handles: readonly BrokerHandle[] | undefined;
  /** Addresses of brokers that are away by the plan: their ports may refuse. */
  away: Set<string>;
  topic: string;
  groupId: string;
  /** Reads the log as it grows, where the plan lets records vanish. */
  follower: Follower | undefined;
  write: EventWriter;
  /** A line for people. */
  say(line: string): void;
  signal: AbortSignal;
}

/** What is shared by the faults of a run while it goes on. */
export interface FaultProgress extends FaultContext {
  /** Faults in force now: a key of each one's own, and how people read it. */
  readonly inForce: Map<string, string>;
  /** Faults whose worker is dead, by the same keys: until its next life, or to the end. */
  readonly dead: Set<string>;
  /** Dead workers that are about to be started again. */
  readonly restarting: Set<string>;
  /** Faults that move the group, or the topic under it, at this moment: nothing is drained before they are done. */
  readonly moving: Set<string>;
  /** What is done to the topic: each would find the other's half-done. */
  readonly onTopic: Turns;
  /** Closed while the group is to have no member. */
  readonly groupDoor: Door;
  /** Resolves with time 0, milliseconds since 1970, when the producers begin to send. */
  readonly begun: Promise<number>;
  /** After that: what falls at the same moment falls in the order of the scenario. */
  readonly moments: Moments;
  /** Aborted when the producers have ended: nothing falls on a broker after that, and all are brought back. */
  readonly producersEnded: AbortSignal;
  /** Aborted after that: nothing falls on a link any more, and what is on it is healed. */
  readonly sendingOver: AbortSignal;
  /** Aborted when the consumers have drained the log: nobody is left to be killed at work. */
  readonly drained: AbortSignal;
}

/** What is written of an occurrence that never came. */
export const never = {
  askedAt: null,
  appliedAt: null,
  healAskedAt: null,
  healedAt: null,
  touched: 0,
  probe: null,
  inForce: null,
  healed: null,
} as const satisfies Partial<FaultEvent>;

/** No wait of a fault for its moment is longer than a run may be. */
export const momentLimitMs = 2 * 3600 * 1000;

/** Waits for the moment of a fault; false when it will not come any more. */
export async function momentCame(
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

/** What a broker refuses that is just dead, or stands still, is asked again for so long. */
const answerLimitMs = 60_000;

/** Asks the cluster until it answers: other faults may have a broker in their hands. */
export async function answerTo<T>(
  what: string,
  ask: () => Promise<T>,
  { signal }: Pick<FaultContext, "signal">,
): Promise<T> {
  const look = async (): Promise<{ answer: T }> => ({ answer: await ask() });
  return (await waitUntil(what, look, { limitMs: answerLimitMs, everyMs: 100, signal })).answer;
}

/** Lets time pass up to a moment (`undefined`: without end), or until `over`. */
export async function pauseUntil(at: number | undefined, over: AbortSignal): Promise<void> {
  const ms = at === undefined ? momentLimitMs : Math.max(0, at - epochMs());
  await pause(ms, over).catch(() => {});
}

/** Looks until there is something to see; `undefined` when it is over before that. */
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

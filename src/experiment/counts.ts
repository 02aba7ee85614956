import type { BlackBox } from "../ledger/box/black-box.js";
import { type ConnectionField, connectionIndex, connectionSlots } from "../ledger/box/format.js";
import type { Role } from "../scenario/scenario.js";
import type { Crew, Life } from "../crew/crew.js";

/** What the black boxes of all lives say at this moment, dead ones among them. */
export interface Counts {
  sent: number;
  accepted: number;
  rejected: number;
  received: number;
  processed: number;
  /** Messages that living consumers fetched and have neither ended nor given up. */
  inHand: number;
  /** Partitions assigned to living consumers. */
  assigned: number;
  /** Living consumers that have not joined their group yet. */
  outside: number;
}

export function countsOf(crew: Crew): Counts {
  const counts: Counts = {
    sent: 0,
    accepted: 0,
    rejected: 0,
    received: 0,
    processed: 0,
    inHand: 0,
    assigned: 0,
    outside: 0,
  };
  for (const producer of boxesOf(crew, "producer")) {
    counts.sent += producer.box.get("next") - producer.box.description.firstNumber;
    counts.accepted += producer.box.planes.accepted.count;
    counts.rejected += producer.box.planes.rejected.count;
  }
  for (const { box, lives } of boxesOf(crew, "consumer")) {
    counts.received += box.planes.began.count;
    counts.processed += box.planes.ended.count;
    if (!lives) continue;
    counts.inHand += box.get("inHand");
    counts.assigned += box.get("assigned");
    if (box.get("joins") === 0) counts.outside++;
  }
  return counts;
}

const givenUp: Readonly<Record<Role, string>> = {
  producer: "before everything had left its process, or before it had disconnected",
  consumer: "before it had dealt with what it had in hand and left its group",
};

/** Lives that ended by themselves, and gave up something before; a sentence each. */
export function livesThatGaveUp(crew: {
  lives: readonly Pick<Life, "role" | "box" | "process">[];
}): string[] {
  return crew.lives
    .filter(({ box }) => box.get("gaveUp") === 1)
    .map(({ role, process }) => `${process.name} was ended ${givenUp[role]}`);
}

interface ConnectionCounts {
  /** Bytes given to it. */
  written: number;
  /** Requests given to it that expect an answer. */
  answered: number;
  /** Whether it waits for an answer now. */
  awaiting: boolean;
  open: boolean;
}

/** What the sockets of a role have done so far, by life and connection. */
export interface SocketCounts {
  connections: Map<string, ConnectionCounts>;
  refused: number;
}

/**
 * @param broker id of the one broker whose connections are counted; without it, all. Of a refused dial
 *   nobody wrote down whose it was: it counts only among all.
 */
export function socketsOf(crew: Crew, role: Role, broker?: number): SocketCounts {
  const counts: SocketCounts = { connections: new Map(), refused: 0 };
  for (const life of crew.lives) {
    if (life.role !== role) continue;
    const box = life.box as BlackBox<"producer">;
    if (broker === undefined) counts.refused += box.get("dialsRefused");
    const opened = Math.min(box.get("connectionsOpened"), connectionSlots);
    for (let connection = 0; connection < opened; connection++) {
      const field = (name: ConnectionField): number => box.connections[connectionIndex(connection, name)]!;
      if (broker !== undefined && field("broker") !== broker) continue;
      counts.connections.set(`${life.recorded.worker}.${life.recorded.life}.${connection}`, {
        written: field("bytesWritten"),
        answered: field("answered"),
        awaiting: field("awaiting") > 0 && field("closedAt") === 0,
        open: field("closedAt") === 0,
      });
    }
  }
  return counts;
}

/**
 * How many live connections a link fault touched between two counts: those that wrote bytes (in the
 * direction from the workers), or asked for an answer or waited for one (in the direction to them). A fault that cuts
 * the link is seen in refused dials and in connections that it closed.
 */
export function touchedBetween(
  before: SocketCounts,
  after: SocketCounts,
  way: "upstream" | "downstream" | "both" | "down",
): number {
  let touched = way === "down" ? after.refused - before.refused : 0;
  for (const [connection, now] of after.connections) {
    const then = before.connections.get(connection) ?? unborn;
    const wrote = now.written > then.written;
    const asked = now.answered > then.answered || then.awaiting;
    switch (way) {
      case "upstream":
        if (wrote) touched++;
        break;
      case "downstream":
        if (asked) touched++;
        break;
      case "both":
        if (wrote || asked) touched++;
        break;
      case "down":
        if (then.open && !now.open) touched++;
        break;
    }
  }
  return touched;
}

/** A connection that was opened between the two counts. */
const unborn: ConnectionCounts = { written: 0, answered: 0, awaiting: false, open: true };

function boxesOf<R extends Role>(crew: Crew, role: R): { box: BlackBox<R>; lives: boolean }[] {
  return crew.lives
    .filter((life: Life) => life.role === role)
    .map((life) => ({ box: life.box as unknown as BlackBox<R>, lives: life.process.end === undefined }));
}

import type { BlackBox } from "../ledger/box/black-box.js";
import { type ConnectionField, connectionIndex, connectionSlots } from "../ledger/box/format.js";
import type { Role } from "../scenario/role.js";
import type { Crew, Life } from "../crew/crew.js";

/** The totals in the black boxes of all lives, dead ones included, at this moment. */
export interface Counts {
  sent: number;
  accepted: number;
  rejected: number;
  received: number;
  processed: number;
  /** Messages that living consumers fetched, and neither finished nor gave up. */
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
  producer: "before all its data had left the process, or before it had disconnected",
  consumer: "before it had finished its messages in hand and left its group",
};

/** Returns a sentence for each life that ended by itself without an orderly end. */
export function livesThatGaveUp(crew: {
  lives: readonly Pick<Life, "role" | "box" | "process">[];
}): string[] {
  return crew.lives
    .filter(({ box }) => box.get("gaveUp") === 1)
    .map(({ role, process }) => `${process.name} ended ${givenUp[role]}`);
}

interface ConnectionCounts {
  /** Bytes given to the connection. */
  written: number;
  /** Requests given to the connection that expect an answer. */
  answered: number;
  /** Whether it waits for an answer now. */
  awaiting: boolean;
  open: boolean;
}

/** The counts of a role's sockets so far, by life and connection. */
export interface SocketCounts {
  connections: Map<string, ConnectionCounts>;
  refused: number;
}

/**
 * Counts what the sockets of a role have done so far.
 *
 * @param broker id of the broker whose connections to count; all brokers without it. Refused dials
 *   count only without it, since their broker is not recorded.
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
 * Returns how many live connections a link fault touched between two counts. Upstream, these are
 * the connections that wrote bytes; downstream, those that asked or waited for an answer. A fault
 * that cuts the link shows in refused dials and closed connections.
 */
export function touchedBetween(
  before: SocketCounts,
  after: SocketCounts,
  way: "upstream" | "downstream" | "both" | "down",
): number {
  let touched = way === "down" ? after.refused - before.refused : 0;
  for (const [connection, now] of after.connections) {
    const then = before.connections.get(connection) ?? unopened;
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
const unopened: ConnectionCounts = { written: 0, answered: 0, awaiting: false, open: true };

function boxesOf<R extends Role>(crew: Crew, role: R): { box: BlackBox<R>; lives: boolean }[] {
  return crew.lives
    .filter((life: Life) => life.role === role)
    .map((life) => ({ box: life.box as unknown as BlackBox<R>, lives: life.process.end === undefined }));
}

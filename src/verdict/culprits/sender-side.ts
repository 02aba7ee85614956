import { hasBit } from "../../ledger/box/bits.js";
import type { Ledger } from "../../ledger/ledger.js";
import type { MessageId } from "../../plan/message-name.js";
import type { Cause } from "../../scenario/scenario.js";
import { type Gap, gapFinder } from "./gaps.js";
import { type Occurrence, type Span, endsConnections, lastsTo, meets } from "./occurrence.js";
import type { ProducerTrail, Request } from "./producer-trail.js";

/** The causes of a loss before the log. */
export type SenderCause = Extract<Cause, "rejected" | "client-buffer" | "in-transit" | "refused">;

/**
 * Finds what took a message that never came into the log. Each rule names the evidence that the message and the
 * occurrence have in common; `docs/culprits.md` derives them.
 */
export class SenderSide {
  readonly #ledger: Ledger;
  readonly #occurrences: readonly Occurrence[];
  readonly #trails: readonly ProducerTrail[];
  readonly #partitions: number;
  /** Of each connection of a life: the first request that its broker refused. */
  readonly #firstRefused = new Map<ProducerTrail, Map<number, Request>>();
  readonly #gaps = new Map<number, (number: number) => Gap>();

  /** @param occurrences in the order of time. */
  constructor(
    ledger: Ledger,
    occurrences: readonly Occurrence[],
    trails: readonly ProducerTrail[],
    partitions: number,
  ) {
    this.#ledger = ledger;
    this.#occurrences = occurrences;
    this.#trails = trails;
    this.#partitions = partitions;
  }

  culpritOf(cause: SenderCause, message: MessageId): Occurrence | undefined {
    const trail = this.#trailOf(message);
    if (trail === undefined) return undefined;
    switch (cause) {
      case "in-transit":
        return this.#ofTransit(trail, message) ?? this.#ofGap(trail, message);
      case "client-buffer":
        if (this.#wasSkipped(trail, message)) return undefined;
        return this.#ofBuffer(trail, message) ?? this.#ofGap(trail, message);
      case "rejected":
        return this.#ofRejection(trail, message) ?? this.#ofGap(trail, message);
      case "refused":
        return this.#ofRefusal(trail, message) ?? this.#ofGap(trail, message);
    }
  }

  /** The life that sent a message. */
  #trailOf({ producer, number }: MessageId): ProducerTrail | undefined {
    return this.#trails.find(
      ({ life }) => life.record.worker === producer && life.first <= number && number < life.next,
    );
  }

  /** When a message was sent, and until when its client had it. */
  sentIn({ producer, number }: MessageId): Span {
    const trail = this.#trailOf({ producer, number });
    const listed = trail?.sendOf(number);
    if (listed !== undefined) return listed;
    // How far the producer had come, each 100 ms.
    const times = this.#ledger.sendTimes[producer]!;
    return {
      from: times.findLast(({ next }) => next <= number)?.at ?? -Infinity,
      to: times.find(({ next }) => next > number)?.at ?? trail?.endedAt ?? Infinity,
    };
  }

  /**
   * A connection delivers its bytes in order. So what died on it is all that was written behind its last stored
   * request, and whatever took these took them all: a fault that met the connection, and was not over before
   * that last request was written.
   */
  #ofTransit(trail: ProducerTrail, { producer, number }: MessageId): Occurrence | undefined {
    if (trail.wasCutOff(number)) return this.#occurrences.find((one) => ends(one, trail));
    const { before, after } = trail.neighboursOf(number);
    const carrier = trail.requestOf(number) ?? before ?? after;
    if (carrier === undefined) return this.#ofUnlisted(trail, { producer, number });
    const stored = trail.lastStoredOn(carrier.connection, trail.partitionOf(number), (one) =>
      this.#cameIntoLog(producer, one),
    );
    if (stored !== undefined && stored.place >= carrier.place) return undefined;
    return this.#occurrences.find(
      (one) =>
        this.#cuts(one, trail, carrier) && lastsTo(one, stored?.at ?? carrier.record?.dialedAt ?? carrier.at),
    );
  }

  /** Whether an occurrence ends the connection of a request, or what has been written to it. */
  #cuts(one: Occurrence, trail: ProducerTrail, { record, broker, at }: Request): boolean {
    const { fault } = one;
    const open: Span = { from: record?.dialedAt ?? at, to: Math.min(record?.closedAt ?? at, trail.endedAt) };
    switch (fault.kind) {
      case "link":
        return endsConnections(fault) && (one.broker ?? broker) === broker && meets(one, open);
      case "broker":
        return one.broker === broker && meets(one, open);
      case "oversize":
        return one.worker === trail.life.record.worker && meets({ ...one, until: Infinity }, open);
      case "kill":
      case "stop":
        return ends(one, trail) && meets(one, open);
      case "pause":
      case "join":
      case "topic":
      case "reset-offsets":
        return false;
    }
  }

  /**
   * Whether the requests before and behind a message went out on one connection, and it did not: no fault does that.
   * There are two exceptions: another connection ended while it waited; or the last request on this connection
   * overtook it, and it waited behind that one until the connection ended.
   */
  #wasSkipped(trail: ProducerTrail, message: MessageId): boolean {
    const { before, after } = trail.neighboursOf(message.number);
    if (before === undefined || before.connection !== after?.connection) return false;
    return (
      !trail.lostAnother(after.connection, { from: this.sentIn(message).from, to: after.at }) &&
      trail.overtakenBy(after, message.number) === undefined
    );
  }

  /**
   * What never left the process waited for its connection. That, or the dial for the next one, failed before the
   * next request went out, or the process ended. A connection that never worked may have met the fault before the
   * message was sent.
   */
  #ofBuffer(trail: ProducerTrail, message: MessageId): Occurrence | undefined {
    const { before, after } = trail.neighboursOf(message.number);
    const { from } = this.sentIn(message);
    const overtaker = after && trail.overtakenBy(after, message.number);
    const to = Math.min(overtaker?.record?.closedAt ?? after?.at ?? Infinity, trail.endedAt);
    const waited: Span = { from: trail.waitBegan({ from, to }), to };
    return this.#occurrences.find((one) => {
      const { fault } = one;
      switch (fault.kind) {
        case "link":
          return endsConnections(fault) && meets(one, waited);
        case "broker":
          return meets(one, waited);
        case "oversize":
          return one.worker === message.producer && before !== undefined && this.#cuts(one, trail, before);
        case "kill":
        case "stop":
          return to === trail.endedAt && ends(one, trail);
        case "pause":
        case "join":
        case "topic":
        case "reset-offsets":
          return false;
      }
    });
  }

  /** The client reported an error: a fault was in force while it had the message in hand. */
  #ofRejection(trail: ProducerTrail, message: MessageId): Occurrence | undefined {
    const inHand = this.sentIn(message);
    const waitsForAnswers = this.#ledger.acknowledges;
    return this.#occurrences.find((one) => {
      const { fault } = one;
      switch (fault.kind) {
        case "link":
          // One that holds bytes back makes a client wait for its answers.
          return (
            fault.on === "producer-link" && (endsConnections(fault) || waitsForAnswers) && meets(one, inHand)
          );
        case "broker":
          return meets(one, inHand);
        case "pause":
          return (
            waitsForAnswers &&
            fault.role === "producer" &&
            one.worker === message.producer &&
            meets(one, inHand)
          );
        case "oversize":
          return (
            one.worker === message.producer &&
            one.from <= inHand.to &&
            meets({ ...one, until: Infinity }, inHand)
          );
        case "stop":
        case "kill":
          return ends(one, trail) && meets(one, inHand);
        case "join":
        case "topic":
        case "reset-offsets":
          return false;
      }
    });
  }

  /** A broker refused it: because it was too large, if its request was; the gap tells of all other reasons. */
  #ofRefusal(trail: ProducerTrail, { number }: MessageId): Occurrence | undefined {
    const request = trail.requestOf(number) ?? trail.neighboursOf(number).before;
    if (request === undefined) return undefined;
    const first = this.#firstRefusedOn(trail, request.connection) ?? request;
    return this.#occurrences.findLast(
      ({ fault, worker, from }) =>
        fault.kind === "oversize" &&
        worker === trail.life.record.worker &&
        from <= first.at &&
        trail.bytesOf(first) >= fault.size,
    );
  }

  #firstRefusedOn(trail: ProducerTrail, connection: number): Request | undefined {
    let first = this.#firstRefused.get(trail);
    if (first === undefined) this.#firstRefused.set(trail, (first = this.#findFirstRefused(trail)));
    return first.get(connection);
  }

  #findFirstRefused(trail: ProducerTrail): Map<number, Request> {
    const { layout, planes } = this.#ledger;
    const base = layout.bases[trail.life.record.worker]!;
    const first = new Map<number, Request>();
    for (const request of trail.requests()) {
      if (first.has(request.connection)) continue;
      for (const number of trail.messagesOf(request)) {
        if (hasBit(planes.refused, base + number)) first.set(request.connection, request);
      }
    }
    return first;
  }

  /** No request is listed where the client waits for answers: it died with the process, or the answer did. */
  #ofUnlisted(trail: ProducerTrail, message: MessageId): Occurrence | undefined {
    if (!this.#ledger.acknowledges) return undefined;
    const inHand = this.sentIn(message);
    return this.#occurrences.find((one) => ends(one, trail) && meets(one, inHand));
  }

  /**
   * A broker or a topic that is away is missed until the client has found its way again, which is with the first
   * message behind it that came into the log. So such a fault takes a whole gap in a partition, if it was in
   * force at some moment of it. A command tells nothing of its connections: there, it goes for all faults.
   */
  #ofGap(trail: ProducerTrail, { producer, number }: MessageId): Occurrence | undefined {
    const { first, last } = this.#gapOf(producer)(number);
    const gap: Span = {
      from: this.sentIn({ producer, number: first }).from,
      to: this.sentIn({ producer, number: last }).to,
    };
    const isCommand = trail.life.sends.words.length === 0;
    return this.#occurrences.find((one) => {
      const { fault } = one;
      switch (fault.kind) {
        case "broker":
          return meets(one, gap);
        case "topic":
          return (
            (takesPartition(one, trail.partitionOf(number)) || this.#wasCutOver(one, trail, number)) &&
            meets(one, gap)
          );
        case "link":
          return isCommand && endsConnections(fault) && meets(one, gap);
        case "kill":
        case "stop":
          return isCommand && ends(one, trail) && meets(one, gap);
        case "pause":
        case "oversize":
        case "join":
        case "reset-offsets":
          return false;
      }
    });
  }

  /** A leader that has moved refuses its partition, and closes the connection over all that others have on it. */
  #wasCutOver({ fault }: Occurrence, trail: ProducerTrail, number: number): boolean {
    if (fault.kind !== "topic" || fault.action.do !== "move-leader") return false;
    const request = trail.requestOf(number) ?? trail.neighboursOf(number).before;
    const first = request && this.#firstRefusedOn(trail, request.connection);
    return first !== undefined && trail.carries(first, fault.action.partition);
  }

  #gapOf(producer: number): (number: number) => Gap {
    let find = this.#gaps.get(producer);
    if (find === undefined) {
      const cameIntoLog = (one: number): boolean => this.#cameIntoLog(producer, one);
      find = gapFinder(this.#ledger.sentBelow[producer]!, this.#partitions, cameIntoLog);
      this.#gaps.set(producer, find);
    }
    return find;
  }

  #cameIntoLog(producer: number, number: number): boolean {
    const { layout, planes } = this.#ledger;
    const index = layout.bases[producer]! + number;
    return hasBit(planes.stored, index) || hasBit(planes.seen, index) || hasBit(planes.fetched, index);
  }
}

/** Whether this occurrence ended the life. */
function ends({ key }: Occurrence, { life }: ProducerTrail): boolean {
  return life.record.endedBy === key;
}

/** Whether a fault on the topic takes a partition from those who send. */
function takesPartition({ fault }: Occurrence, partition: number): boolean {
  if (fault.kind !== "topic") return false;
  switch (fault.action.do) {
    case "move-leader":
      return fault.action.partition === partition;
    case "recreate":
      return true;
    case "delete-records":
    case "retention":
    case "add-partitions":
      return false;
  }
}

import type { SocketObserver } from "../kafka/dial/dial.js";
import type { BlackBox } from "../ledger/box/black-box.js";
import { type ConnectionField, connectionIndex, connectionSlots } from "../ledger/box/format.js";
import type { Acks } from "../scenario/scenario.js";
import type { EventWriter } from "../ledger/record/events.js";
import { messageReader } from "../kafka/message.js";
import { produceApiKey } from "../kafka/produce-request.js";

/** Receives what the sockets of a life do. */
export interface SocketRecorder extends SocketObserver {
  /** Returns the bytes that were given to open connections and have not left this process. */
  bytesInProcess(): number;
}

/** The connection that a produce request is handed to. */
export interface ProducerConnection {
  connection: number;
  /** The broker's id. */
  broker: number;
  /** Bytes of the connection up to the end of the request. */
  ends: number;
}

export interface SocketRecording {
  /** Whether the broker answers this request; an acks=0 produce gets no answer. */
  expectsAnswer: (request: Uint8Array) => boolean;
  /** Called for each produce request that is about to be handed to the kernel. */
  onProduce?: (connection: ProducerConnection, request: Uint8Array) => void;
  trace?: ((connection: number, request: Uint8Array, ends: number) => void) | undefined;
}

/**
 * Records what the sockets of a life do, as it happens: totals and one row per connection in the
 * black box, opening and closing in the event file.
 */
export function socketRecorder(
  box: BlackBox<"producer"> | BlackBox<"consumer">,
  write: EventWriter,
  { expectsAnswer, onProduce, trace }: SocketRecording,
): SocketRecorder {
  const { connections } = box;
  /** The broker of each connection. */
  const brokers: number[] = [];
  /** Bytes that were, or are about to be, handed to the kernel, by connection. */
  const handed: number[] = [];
  /** Bytes that the process still holds, by open connection. */
  const held = new Map<number, number>();
  const add = (connection: number, field: ConnectionField, value: number): void => {
    if (connection < connectionSlots) {
      const index = connectionIndex(connection, field);
      connections[index] = connections[index]! + value;
    }
  };
  const set = (connection: number, field: ConnectionField, value: number): void => {
    if (connection < connectionSlots) connections[connectionIndex(connection, field)] = value;
  };
  const get = (connection: number, field: ConnectionField): number =>
    connections[connectionIndex(connection, field)] ?? 0;
  return {
    bytesInProcess: () => [...held.values()].reduce((sum, bytes) => sum + bytes, 0),
    opened: (brokerId, dialedAt) => {
      const connection = box.get("connectionsOpened");
      held.set(connection, 0);
      brokers[connection] = brokerId;
      handed[connection] = 0;
      // The order matters: a reader can tell from it how far a killed life had come.
      set(connection, "broker", brokerId);
      set(connection, "dialedAt", dialedAt);
      box.add("connectionsOpened", 1);
      set(connection, "openedAt", Date.now());
      write({ event: "connection-opened", connection });
      return connection;
    },
    closed: (connection) => {
      // The bytes that it still held are gone; do not wait for them.
      held.delete(connection);
      box.add("connectionsClosed", 1);
      add(connection, "closedAt", Date.now());
      write({
        event: "connection-closed",
        connection,
        bytesWritten: get(connection, "bytesWritten"),
        bytesFlushed: get(connection, "bytesFlushed"),
      });
    },
    refused: (by) => {
      // A dead broker refuses dials regardless of its proxy, so those say nothing about a fault on
      // the link.
      if (by === "proxy") box.add("dialsRefused", 1);
      write({ event: "dial-refused", by });
    },
    wrote: (connection, request) => {
      box.add("bytesWritten", request.length);
      box.add("requests", 1);
      held.set(connection, (held.get(connection) ?? 0) + request.length);
      add(connection, "bytesWritten", request.length);
      add(connection, "requests", 1);
      if (expectsAnswer(request)) {
        box.add("answered", 1);
        add(connection, "answered", 1);
        add(connection, "awaiting", 1);
      }
      trace?.(connection, request, get(connection, "bytesWritten"));
    },
    handing: (connection, request) => {
      const ends = (handed[connection]! += request.length);
      if (onProduce === undefined || apiKeyOf(request) !== produceApiKey) return;
      onProduce({ connection, broker: brokers[connection]!, ends }, request);
    },
    answered: (connection, answers) => {
      add(connection, "awaiting", -answers);
    },
    flushed: (connection, bytes) => {
      box.add("bytesFlushed", bytes);
      const left = held.get(connection);
      if (left !== undefined) held.set(connection, left - bytes);
      add(connection, "bytesFlushed", bytes);
    },
  };
}

/**
 * Returns the API key of a request, which follows the request's length; -1 if the request is too
 * short.
 */
export function apiKeyOf(request: Uint8Array): number {
  return request.length < 6 ? -1 : (request[4]! << 8) | request[5]!;
}

export function expectsAnswerUnless(acks: Acks): (request: Uint8Array) => boolean {
  return (request) => !(acks === 0 && apiKeyOf(request) === produceApiKey);
}

/**
 * Returns a function that writes an event for each request: its end on the connection, and
 * which messages it carries. The messages are read from the bytes, not from what the client was
 * given.
 */
export function requestTracer(runId: string, write: EventWriter) {
  const read = messageReader(runId);
  return (connection: number, request: Uint8Array, ends: number): void => {
    const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
    const messages: number[] = [];
    const identity = { producer: 0, number: 0, sentAt: 0 };
    for (let at = bytes.indexOf("LBM1"); at !== -1; at = bytes.indexOf("LBM1", at + 1)) {
      if (read(bytes.subarray(at), identity)) messages.push(identity.number);
    }
    write({ event: "request", connection, apiKey: apiKeyOf(bytes), ends, messages });
  };
}

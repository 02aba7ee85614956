import type { Socket } from "node:net";

import { advertisedAddress } from "../base/address.js";
import { LossboundError, messageOf } from "../base/errors.js";
import type { Connection, PartitionLeadership } from "./driver.js";

/** A broker answers in a millisecond; a stopped one accepts connections, but never answers. */
const answerLimitMs = 1_000;

type Asker = Pick<Connection, "clientId" | "dial">;

/**
 * Asks all brokers at `addresses` at once for the leaders of a topic, and returns the first answer.
 * It does not use kafkajs, which asks a random broker, even if that is dead or stopped, and fails
 * if a single partition has no leader.
 *
 * @throws LossboundError `ENVIRONMENT` if no broker answers in time, or the topic is unknown.
 */
export async function askForLeaders(
  asker: Asker,
  addresses: readonly string[],
  topic: string,
): Promise<PartitionLeadership[]> {
  try {
    return await withAnswers(asker, addresses, topic, (answers) =>
      Promise.any(answers.map(async (answer) => readAnswer(await answer, topic))),
    );
  } catch (error) {
    const whys = error instanceof AggregateError ? error.errors : [error];
    const why = whys.map(messageOf).join("; ");
    throw new LossboundError("ENVIRONMENT", `cannot find the leaders of ${topic}: ${why}`, {
      cause: error,
    });
  }
}

/**
 * Whether every broker that answers knows a topic and its leaders. Brokers learn of a topic one by
 * one, and a client may ask any of them. Dead and mute brokers do not count, because no client gets
 * an answer from them.
 */
export async function isKnownToAll(
  asker: Asker,
  addresses: readonly string[],
  topic: string,
): Promise<boolean> {
  const known = await withAnswers(asker, addresses, topic, (answers) =>
    Promise.all(
      answers.map((answer) =>
        answer.then(
          (bytes) => isLed(bytes, topic),
          () => true,
        ),
      ),
    ),
  );
  return known.every(Boolean);
}

function isLed(answer: Buffer, topic: string): boolean {
  try {
    return readAnswer(answer, topic).every(({ leader }) => leader !== null);
  } catch {
    return false;
  }
}

/** Asks each broker at `addresses`, and closes the connections once `use` has settled. */
async function withAnswers<T>(
  { clientId, dial }: Asker,
  addresses: readonly string[],
  topic: string,
  use: (answers: Promise<Buffer>[]) => Promise<T>,
): Promise<T> {
  const request = requestOf(clientId, topic);
  const sockets: Socket[] = [];
  try {
    // An invalid address rejects its own answer only, and does not affect the other brokers.
    return await use(
      addresses.map(async (address) => {
        const { host, port } = advertisedAddress(address);
        return await exchange(dial, { host, port }, request, sockets);
      }),
    );
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function exchange(
  dial: Connection["dial"],
  { host, port }: { host: string; port: number },
  request: Buffer,
  sockets: Socket[],
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = dial({ host, port, onConnect: () => void socket.write(request) });
    sockets.push(socket);
    socket.setTimeout(answerLimitMs, () => reject(new Error(`${host}:${port} did not answer`)));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) resolve(received);
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`${host}:${port} closed the connection`)));
  });
}

/** Metadata, version 4: the first version that can ask a broker not to create the topic. */
const metadata = { apiKey: 3, version: 4 };

function requestOf(clientId: string, topic: string): Buffer {
  const text = (value: string): Buffer => {
    const length = Buffer.alloc(2);
    length.writeInt16BE(Buffer.byteLength(value));
    return Buffer.concat([length, Buffer.from(value)]);
  };
  const head = Buffer.alloc(8);
  head.writeInt16BE(metadata.apiKey, 0);
  head.writeInt16BE(metadata.version, 2);
  const oneTopic = Buffer.from([0, 0, 0, 1]);
  const doNotCreate = Buffer.from([0]);
  const body = Buffer.concat([head, text(clientId), oneTopic, text(topic), doNotCreate]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/** Parses an answer: size, correlation id, throttle time, brokers, cluster, controller, topics. */
function readAnswer(bytes: Buffer, topic: string): PartitionLeadership[] {
  let at = 12;
  const int16 = (): number => bytes.readInt16BE((at += 2) - 2);
  const int32 = (): number => bytes.readInt32BE((at += 4) - 4);
  const skipText = (): void => {
    const length = int16();
    at += Math.max(0, length);
  };
  const list = <T>(one: () => T): T[] => Array.from({ length: int32() }, one);
  list(() => {
    int32();
    skipText();
    int32();
    skipText();
  });
  skipText();
  int32();
  const [partitions] = list(() => {
    const error = int16();
    if (error !== 0) throw new Error(`error ${error} for ${topic}`);
    skipText();
    at += 1;
    return list((): PartitionLeadership => {
      int16();
      const partition = int32();
      const leader = int32();
      return { partition, leader: leader < 0 ? null : leader, replicas: list(int32), isr: list(int32) };
    });
  });
  return (partitions ?? []).toSorted((one, other) => one.partition - other.partition);
}

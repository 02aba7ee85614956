import type { Socket } from "node:net";

import { advertisedAddress } from "../base/address.js";
import { LossboundError, messageOf } from "../base/errors.js";
import type { Connection, PartitionLeadership } from "./driver.js";

/** A broker answers in a millisecond; one that is stopped takes connections, and never does. */
const answerLimitMs = 1_000;

type Asker = Pick<Connection, "clientId" | "dial">;

/**
 * Asks the brokers at `addresses` for the leaders of a topic, all at once, and returns the first
 * answer. It is a request of our own: kafkajs asks one broker at random, a dead or a stopped one as
 * gladly as another, and has no answer at all where a single partition has no leader.
 *
 * @throws LossboundError `ENVIRONMENT` when none of them answers in time, or the topic is not known.
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
    throw new LossboundError("ENVIRONMENT", `could not ask for the leaders of ${topic}: ${why}`, {
      cause: error,
    });
  }
}

/**
 * Whether each broker that answers has heard of a topic, and who leads it: they learn it one by one, and a
 * client asks any of them. One that is dead or mute is asked by nobody.
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

/** Asks each of the brokers at `addresses`, and hangs up when enough was heard. */
async function withAnswers<T>(
  { clientId, dial }: Asker,
  addresses: readonly string[],
  topic: string,
  hear: (answers: Promise<Buffer>[]) => Promise<T>,
): Promise<T> {
  const request = requestOf(clientId, topic);
  const sockets: Socket[] = [];
  try {
    // An address that is none is refused as an answer is, and not on the way to the others.
    return await hear(
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

/** Metadata, version 4: the first that asks a broker not to make the topic. */
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
  const makeNone = Buffer.from([0]);
  const body = Buffer.concat([head, text(clientId), oneTopic, text(topic), makeNone]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/** Behind its size and the correlation id: throttle time, brokers, cluster, controller, topics. */
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

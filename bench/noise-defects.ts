import type { Replacement } from "./mutant.js";

/** A defect of the software under test, and how it is planted in the built worker. */
export interface Defect {
  /** Names of the shipped scenarios that can show it. */
  scenarios: readonly string[];
  replacements: readonly Replacement[];
}

/** Faults on the producer's link that heal while it still sends. */
const linkFaults = ["producer-blackhole", "producer-link-down", "producer-link-reset", "flapping-link"];

/** Consumers that die, and partitions that move. */
const groupFaults = [
  "consumer-kill",
  "consumer-kill-single-commit",
  "consumer-graceful-stop",
  "rebalance-storm",
];

export const defectNames = [
  "drops-one-in-1000",
  "commits-ahead",
  "processes-first",
  "sends-twice",
  "gives-up",
  "link-stays-dead",
] as const;

export type DefectName = (typeof defectNames)[number];

export const defects: Record<DefectName, Defect> = {
  /**
   * The producer drops one message in a thousand: it counts as sent, the client accepts its send, and
   * no request carries it. Any scenario can show it. It is easy without a fault, and hard if a fault
   * loses thousands anyway.
   */
  "drops-one-in-1000": {
    scenarios: ["baseline", ...linkFaults],
    replacements: [
      {
        file: "worker/producer/sender.js",
        from: "const outcome = await client.send(topic, records)",
        to:
          "const kept = records.filter(() => (globalThis.lossboundSends = (globalThis.lossboundSends ?? 0) + 1) % 1000 !== 500); " +
          "const outcome = await client.send(topic, kept)",
      },
    ],
  },
  /**
   * The consumer commits one chunk ahead of the one that it was given, and never beyond the high
   * watermark that its fetch brought. Messages are lost only if the partition gets another consumer,
   * and if the first one was behind: `rebalance-storm`, whose consumers keep up, cannot show it.
   */
  "commits-ahead": {
    scenarios: [
      "consumer-kill",
      "consumer-kill-single-commit",
      "consumer-graceful-stop",
      "consumer-kill-during-rebalance",
    ],
    replacements: [
      {
        file: "kafka/kafkajs/consumer.js",
        from: "count: messages.length,",
        to: "count: messages.length, highWatermark: Number(payload.batch.highWatermark),",
      },
      {
        file: "worker/consumer/steps.js",
        from: "const offset = offsetBehind(chunk);",
        to:
          "const behind = offsetBehind(chunk); " +
          "const ahead = behind + arguments[0].order.settings.commitEvery; " +
          "const offset = Math.max(behind, Math.min(ahead, batch.highWatermark));",
      },
    ],
  },
  /**
   * The consumer processes a chunk before it commits it. Every run can show it, since the worker notes
   * it as it happens; a consumer that dies in between has its chunk processed twice.
   */
  "processes-first": {
    scenarios: ["baseline", ...groupFaults],
    replacements: [
      {
        file: "worker/consumer/at-most-once.js",
        from: "if (!(await commitChunk(work, chunk)))",
        to: "const early = await work.handling.process(chunk); if (!(await commitChunk(work, chunk)))",
      },
      {
        file: "worker/consumer/at-most-once.js",
        from: "const { heartbeatError } = await work.handling.process(chunk);",
        to: "const { heartbeatError } = early;",
      },
    ],
  },
  /**
   * The client makes two requests of one send in a hundred, so that the log has its messages twice. Any
   * scenario can show it in which requests arrive.
   */
  "sends-twice": {
    scenarios: ["baseline", ...linkFaults],
    replacements: [
      {
        file: "kafka/kafkajs/producer.js",
        from: "send: (topic, messages) => client.send({ topic, acks, messages }),",
        to:
          "send: async (topic, messages) => { " +
          "const isTwice = (globalThis.lossboundSends = (globalThis.lossboundSends ?? 0) + 1) % 100 === 50; " +
          "if (isTwice) await client.send({ topic, acks, messages }); " +
          "return await client.send({ topic, acks, messages }); },",
      },
    ],
  },
  /**
   * The handler gives up one message in five hundred: it begins, it never ends, and the consumer
   * continues with the next one. Any scenario can show it. It is hard if consumers are killed, since
   * each of them may leave one handler without an end.
   */
  "gives-up": {
    scenarios: ["baseline", ...groupFaults],
    replacements: [
      {
        file: "worker/consumer/handling.js",
        from: "if (!ended.mark(index))",
        to: "if (index % 500 === 250) continue; if (!ended.mark(index))",
      },
    ],
  },
  /**
   * A link stays dead for 300 ms after its fault has healed. The worker knows a fault by a connection
   * that its peer ended or a dial that failed. From the first dial that then succeeds, it swallows
   * produce requests for 300 ms, and reports them as given to the kernel. The first of them passes: if
   * a fault that resets connections is still in force, that one shows it, and the next dial begins
   * anew. Other requests pass too: a client without an answer to its handshake would wait for its own
   * time-out, which is another defect. Only a fault on the producer's link can show it.
   */
  "link-stays-dead": {
    scenarios: linkFaults,
    replacements: [
      {
        file: "kafka/dial/dial.js",
        from: "connection = observer.opened(brokerId, dialedAt);",
        to:
          "connection = observer.opened(brokerId, dialedAt); " +
          "if (troubled.delete(brokerId)) { deadUntil.set(brokerId, Date.now() + 300); mayPass.add(brokerId); }",
      },
      {
        file: "kafka/dial/dial.js",
        from: `socket.once("error", (error) => {`,
        to:
          `socket.lossboundBroker = brokerId; ` +
          `socket.once("end", () => { if (!socket.writableEnded) troubled.add(brokerId); }); ` +
          `socket.once("error", (error) => { troubled.add(brokerId);`,
      },
      {
        file: "kafka/dial/dial.js",
        from: "onHanding(bytes);",
        to:
          "onHanding(bytes); " +
          "const broker = socket.lossboundBroker; " +
          "const isProduce = bytes.length >= 6 && bytes[4] === 0 && bytes[5] === 0; " +
          "if (isProduce && Date.now() < (deadUntil.get(broker) ?? 0) && !mayPass.delete(broker)) " +
          "{ onFlushed(bytes.length); return done(); }",
      },
      {
        file: "kafka/dial/dial.js",
        from: "function handOneByOne(",
        to: "const troubled = new Set(), mayPass = new Set(), deadUntil = new Map(); function handOneByOne(",
      },
    ],
  },
};

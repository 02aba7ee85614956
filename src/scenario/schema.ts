/**
 * The scenario file. Every key, every default and every limit is written here or in the files that
 * this one names; a key that is not is an error. Defaults are written as in a file.
 */
import { coherenceRules } from "./coherence.js";
import { expectSchema } from "./expect-schema.js";
import { faultSchema } from "./fault-schema.js";
import { type Field, list, section } from "./fields.js";
import { count, duration, oneOf, rate, size } from "./notations.js";
import { messagesMax, workersMax } from "./limits.js";
import { durations, sizes } from "./quantities.js";
import type { Acks, Scenario } from "./scenario.js";

/** All that a file says itself; the name and the claim come from around it. */
export type ScenarioBody = Omit<Scenario, "name" | "claim">;

/** Each partition costs a local broker files and memory, and each consumer a fetch session. */
const partitionsMax = 1_000;

/** What no client reaches; the sender's lag shows how far below it a run really stayed. */
const ratePerSecondMax = 10_000_000;

/** The header alone, which carries the message's identity, takes this much. */
const sizeBytesMin = 40;

/** A batch of one such message, its framing included, stays below the broker's limit of 1 MiB. */
const sizeBytesMax = 900_000;

/** Kafka refuses more by default (`group.max.session.timeout.ms`); the local broker refuses less than 1s. */
const sessionTimeoutRange = { min: 1_000, max: 1_800_000 };

export const scenarioSchema: Field<ScenarioBody> = section(
  {
    guarantee: oneOf(["at-most-once"], "; no other guarantee can be tested yet").describe(
      "The guarantee under test. At-most-once: each message is processed once, or not at all.",
    ),

    brokers: section({
      count: oneOf([1, 3]).prefault(1).describe("How many brokers: 1 or 3."),
    })
      .transform((brokers) => ({ ...brokers, config: {} }))
      .prefault({})
      .describe("The Kafka cluster."),

    topic: section({
      partitions: count({ min: 1, max: partitionsMax })
        .prefault(1)
        .describe("How many partitions the topic has."),
      replicationFactor: count({ min: 1, max: 3 })
        .prefault(1)
        .describe("On how many brokers each partition is stored; at most brokers.count."),
    })
      .transform((topic) => ({ ...topic, config: {} }))
      .prefault({})
      .describe("The topic that is made for this run."),

    producers: section({
      count: count({ min: 1, max: workersMax })
        .prefault(1)
        .describe("How many producer processes there are."),
      rate: rate(ratePerSecondMax).describe("Messages a second, all producers together. Example: 2000/s."),
      messages: count({ min: 1, max: messagesMax }).describe("Messages in all, all producers together."),
      size: size({ min: sizeBytesMin, max: sizeBytesMax })
        .prefault(sizes.write(200))
        .describe("The size of one message's value, its header of 40 bytes included. Example: 200B."),
    })
      .transform((producers) => ({
        ...producers,
        acks: 0 as Acks,
        retries: 0,
        metadataMaxAge: 300_000,
        requestTimeout: 30_000,
      }))
      .describe("The processes that send."),

    consumers: section({
      count: count({ min: 1, max: workersMax })
        .prefault(1)
        .describe("How many consumer processes the group has."),
      commitEvery: count({ min: 1, max: 1_000_000 })
        .prefault(100)
        .describe("How many messages one commit covers at most: the chunk."),
      handle: duration({ max: 60_000 })
        .prefault(durations.write(0))
        .describe("How long the handler of one message takes. Example: 2ms."),
      reset: oneOf(["latest", "earliest"])
        .prefault("latest")
        .describe("Where a partition without a valid committed offset is read from."),
      sessionTimeout: duration(sessionTimeoutRange)
        .prefault(durations.write(6_000))
        .describe("After so long without a heartbeat the group goes on without a consumer. Example: 6s."),
      partitionsConsumedConcurrently: count({ min: 1, max: partitionsMax })
        .prefault(1)
        .describe("How many partitions' chunks one consumer handles at the same time."),
    })
      .transform((consumers) => ({
        ...consumers,
        retries: 5,
        metadataMaxAge: 300_000,
        requestTimeout: 30_000,
      }))
      .prefault({})
      .describe("The processes that commit first, and process then."),

    faults: list(faultSchema, "faults", 100).prefault([]).describe("What goes wrong, and when."),

    expect: expectSchema.describe(
      "What the scenario claims. A bound is a map of min and max, or one value that is both; " +
        "each a count, or a share of the sent messages such as 2%.",
    ),
  },
  coherenceRules,
).transform((body) => ({ ...body, faultsDrawn: undefined, expectUnder: {} }));

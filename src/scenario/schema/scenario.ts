/**
 * The scenario file: every key, every limit, and every default but those that depend on the guarantee. A key that
 * is not here, or in the files that this one names, is an error. Defaults are written as in a file.
 */
import { messagesMax, partitionsMax, retriesMax, trialsMax, workersMax } from "../limits.js";
import { guarantees } from "../scenario.js";
import { expectSchema } from "./expect.js";
import { faultSchema } from "./fault.js";
import { list, type Read, section, type Written } from "./fields.js";
import { chance, count, duration, durationMsMax, oneOf, only, rate, size } from "./notations.js";
import { settings } from "./settings.js";
import { orSwept } from "./swept.js";
import { command } from "./worker-command.js";

/** What no client reaches; the sender's lag shows how far below it a run really stayed. */
const ratePerSecondMax = 10_000_000;

/** The header alone, which carries the message's identity, takes this much. */
const sizeBytesMin = 40;

/** A batch of one such message, its framing included, stays below the broker's limit of 1 MiB. */
const sizeBytesMax = 900_000;

/** Kafka refuses more by default (`group.max.session.timeout.ms`); the local broker refuses less than 1s. */
const sessionTimeoutRange = { min: 1_000, max: 1_800_000 };

/** Each fault has a task of its own, and each occurrence a line. */
const faultsMax = 100;

/** What a client asks by itself, producers and consumers alike. */
const clientFields = {
  metadataMaxAge: duration({ min: 1, max: durationMsMax })
    .prefault("5m")
    .describe("After so long the client asks anew which broker leads which partition. Example: 1s."),
  requestTimeout: duration({ min: 1, max: durationMsMax })
    .prefault("30s")
    .describe("After so long without an answer a request has failed. Example: 1s."),
};

export const writtenScenario = section({
  guarantee: oneOf(guarantees).describe(
    "The guarantee under test. At-most-once: each message is processed once, or not at all. " +
      "At-least-once: once or more often. Effectively-once: its effect is there once.",
  ),

  brokers: section({
    count: oneOf([1, 3]).prefault(1).describe("How many brokers: 1 or 3."),
    config: settings.prefault({}).describe("Settings of every broker, under Kafka's own names."),
  })
    .prefault({})
    .describe("The Kafka cluster."),

  topic: section({
    partitions: count({ min: 1, max: partitionsMax })
      .prefault(1)
      .describe("How many partitions the topic has."),
    replicationFactor: count({ min: 1, max: 3 })
      .prefault(1)
      .describe("On how many brokers each partition is stored; at most brokers.count."),
    config: settings.prefault({}).describe("Settings of the topic, under Kafka's own names."),
  })
    .prefault({})
    .describe("The topic that is made for this run."),

  producers: section({
    command: command("producer")
      .optional()
      .describe(
        "A program and its arguments, started without a shell, that sends in place of lossbound's own producers.",
      ),
    count: count({ min: 1, max: workersMax }).prefault(1).describe("How many producer processes there are."),
    rate: orSwept(rate(ratePerSecondMax)).describe(
      "Messages a second, all producers together; or a list of such rates, for `lossbound sweep`. Example: 2000/s.",
    ),
    overload: only(true, "true")
      .optional()
      .describe(
        "The rate is more than the client can send. Without it, a load that is not reached makes a run inconclusive.",
      ),
    messages: count({ min: 1, max: messagesMax }).describe(
      "Messages in all, all producers together; of a list of rates, at the first of them.",
    ),
    size: size({ min: sizeBytesMin, max: sizeBytesMax })
      .prefault("200B")
      .describe("The size of one message's value, its header of 40 bytes included. Example: 200B."),
    acks: oneOf([0, 1, "all"])
      .optional()
      .describe(
        "Which brokers must have a record before its send is done: none, the leader, or every replica in sync. " +
          "Without it, 0 under at-most-once and all under the others.",
      ),
    retries: count({ max: retriesMax })
      .optional()
      .describe(
        "How often the client sends again what failed. Without it, 0 under at-most-once and 5 under the others.",
      ),
    ...clientFields,
  }).describe("The processes that send: lossbound's own, or a command."),

  consumers: section({
    command: command("consumer")
      .optional()
      .describe(
        "A program and its arguments, started without a shell, that reads in place of lossbound's own consumers.",
      ),
    count: count({ min: 1, max: workersMax })
      .prefault(1)
      .describe("How many consumer processes the group has."),
    commitEvery: orSwept(count({ min: 1, max: 1_000_000 }))
      .prefault(100)
      .describe("How many messages one commit covers at most: the chunk; or a list, for `lossbound sweep`."),
    handle: duration({ max: 60_000 })
      .prefault("0ms")
      .describe("How long the handler of one message takes. Example: 2ms."),
    reset: oneOf(["latest", "earliest"])
      .prefault("latest")
      .describe("Where a partition without a valid committed offset is read from."),
    sessionTimeout: duration(sessionTimeoutRange)
      .prefault("6s")
      .describe("After so long without a heartbeat the group goes on without a consumer. Example: 6s."),
    partitionsConsumedConcurrently: count({ min: 1, max: partitionsMax })
      .prefault(1)
      .describe("How many partitions' chunks one consumer handles at the same time."),
    retries: count({ max: retriesMax })
      .prefault(5)
      .describe("How often the client asks again what failed: a commit, a fetch, a join."),
    ...clientFields,
  })
    .prefault({})
    .describe("The processes that read, in one group: lossbound's own, or a command."),

  faults: list(faultSchema, "faults", faultsMax).prefault([]).describe("What goes wrong, and when."),

  faultsDrawn: count({ min: 1, max: faultsMax })
    .optional()
    .describe("How many of the faults happen: the seed draws them. Without it, all."),

  repeat: count({ min: 1, max: trialsMax })
    .optional()
    .describe("How many trials `lossbound run` makes, each with a seed of its own; it judges them together."),

  calibrated: section({
    trials: count({ min: 1, max: Number.MAX_SAFE_INTEGER }).describe(
      "How many trials the bounds on losses come from.",
    ),
    outside: chance().describe("How many trials may lie outside each of them by chance alone. Example: 1%."),
  })
    .optional()
    .describe("What the bounds on losses were calibrated for: `lossbound calibrate --write` writes it."),

  expect: expectSchema.describe(
    "What the scenario claims, under its own guarantee or under each. A bound is a map of min and max, " +
      "or one value that is both; each a count, or a share of the sent messages such as 2%.",
  ),
});

/** What a file says, value by value, with the defaults that do not depend on its guarantee. */
export type Body = Read<typeof writtenScenario>;

/**
 * A scenario as a program writes it: the keys, units and defaults of a scenario file (docs/scenario-format.md),
 * and its name.
 */
export type ScenarioDefinition = Written<typeof writtenScenario> & {
  /** `a-z`, `0-9` and `-`, at most 64 of them: the folder of its results is called so. */
  name: string;
  /** One sentence: what it claims. */
  claim?: string | undefined;
};

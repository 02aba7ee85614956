import { join } from "node:path";

import type {
  Batch,
  ConsumerClient,
  ConsumerHandlers,
  TransactionalClient,
} from "../../../../src/kafka/driver.js";
import { messageWriter } from "../../../../src/kafka/message.js";
import { type BlackBox, createBox, openBox } from "../../../../src/ledger/box/black-box.js";
import type { Guarantee } from "../../../../src/scenario/scenario.js";
import { Consumer } from "../../../../src/worker/consumer/consumer.js";
import type { ConsumerOrder } from "../../../../src/worker/order.js";
import { aScenario } from "../../../support/a-scenario.js";
import { describedAs, runId } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";

export interface Consuming extends Disposable {
  consumer: Consumer;
  box: BlackBox<"consumer">;
  events: unknown[];
  take(batch: Batch): Promise<void>;
  /** Events of the group for the consumer. */
  told: ConsumerHandlers;
  counts(): Record<string, number>;
}

export interface ConsumingTold {
  guarantee?: Guarantee;
  commitEvery: number;
  transactional?: (id: string) => TransactionalClient;
  /** The group's position in every partition. */
  position?: () => number | undefined;
}

/** A consumer without a broker: the test delivers its batches and acts as the group. */
export async function aConsumer({
  guarantee = "at-most-once",
  commitEvery,
  transactional = () => {
    throw new Error("no transactions in this test");
  },
  position = () => 100,
}: ConsumingTold): Promise<Consuming> {
  const folder = scratchFolder();
  const description = describedAs("consumer", { bits: 128 });
  const path = join(folder.path, "life.box");
  createBox(path, description);
  const box = openBox(path, description, "write");
  const events: unknown[] = [];
  const order = {
    runId,
    topic: "t",
    groupId: "g",
    partitions: 4,
    guarantee,
    settings: { ...aScenario({}).consumers, commitEvery },
    layout: { bases: [0, 64], messages: [40, 40] },
    commanded: false,
  } as unknown as ConsumerOrder;
  let told: ConsumerHandlers | undefined;
  const group: ConsumerClient = {
    connect: async () => {},
    start: async (handlers) => void (told = handlers),
    position: async () => position(),
    stop: async () => {},
  };
  const consumer = new Consumer(order, { group, transactional }, box, (event) => events.push(event));
  await consumer.start(() => {});
  return {
    consumer,
    box,
    events,
    told: told!,
    take: (batch) => consumer.take(batch),
    counts: () => {
      const { fetched, tried, covered, began, ended, beganUncovered } = box.planes;
      return {
        fetched: fetched.count,
        tried: tried.count,
        covered: covered.count,
        began: began.count,
        ended: ended.count,
        beganUncovered: beganUncovered.count,
        inHand: box.get("inHand"),
      };
    },
    [Symbol.dispose]: () => {
      box[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

export interface BatchTold {
  producer?: number;
  run?: string;
  commit?: (offset: number) => boolean;
  isCurrent?: () => boolean;
  heartbeat?: () => void;
  confirmMembership?: () => void;
  /** Offset of its first record. */
  first?: number;
  /** Log of the calls it gets. */
  asked?: string[];
}

/**
 * A batch of messages of partition 3, by default from offset 100, and a log of the calls it gets.
 */
export function aBatch(numbers: readonly number[], told: BatchTold = {}): { batch: Batch; asked: string[] } {
  const {
    producer = 0,
    run = runId,
    commit,
    isCurrent = () => true,
    heartbeat = () => {},
    confirmMembership = () => {},
    first = 100,
    asked = [],
  } = told;
  const write = messageWriter(run, producer, 100);
  const values = numbers.map((number) => write(number, number + 1, Date.now())[0]!);
  const batch: Batch = {
    partition: 3,
    count: numbers.length,
    offsetOf: (index) => first + index,
    valueOf: (index) => values[index]!,
    isCurrent,
    commit: async (offset) => {
      if (commit === undefined) {
        asked.push(`commit ${offset}`);
        return true;
      }
      const before = asked.length;
      const acknowledged = commit(offset);
      if (asked.length === before) asked.push(`commit ${offset}`);
      return acknowledged;
    },
    advance: (offset) => asked.push(`advance to ${offset}`),
    giveUp: async () => void asked.push("give up"),
    heartbeat: async () => heartbeat(),
    confirmMembership: async () => confirmMembership(),
  };
  return { batch, asked };
}

import type { ProcessOrder } from "../processes/hosted-process.js";
import type { LifeRecord } from "../ledger/record/run-record.js";
import { type Values, filledIn } from "../scenario/schema/worker-command.js";
import type { RunOfLives } from "./life-order.js";

/** Returns the process of one life of a command. Its output is its only channel to lossbound. */
export function processOf(
  run: RunOfLives,
  command: readonly string[],
  { role, worker }: Pick<LifeRecord, "role" | "worker" | "life">,
  { name, output }: { name: string; output: string },
): ProcessOrder {
  const values = role === "producer" ? forProducer(run, worker) : forConsumer(run);
  const [program = "", ...args] = command;
  return {
    name,
    command: program,
    args: args.map((one) => filledIn(one, values)),
    output,
    errors: output.replace(/[.]txt$/u, ".errors.txt"),
    signalsGroup: true,
  };
}

function forProducer(
  { plan, topic, routes, classpath = "" }: RunOfLives,
  producer: number,
): Values<"producer"> {
  const { rate, count, acks } = plan.scenario.producers;
  return {
    brokers: addressesOf(routes.producer),
    topic,
    prefix: String(producer),
    messages: String(plan.layout.messages[producer]),
    rate: String(Math.max(1, Math.round(rate / count))),
    acks: String(acks === "all" ? -1 : acks),
    kafkaClasspath: classpath,
  };
}

function forConsumer({ plan, topic, groupId, routes, classpath = "" }: RunOfLives): Values<"consumer"> {
  const { sessionTimeout, reset } = plan.scenario.consumers;
  return {
    brokers: addressesOf(routes.consumer),
    topic,
    group: groupId,
    sessionTimeout: String(sessionTimeout),
    reset,
    kafkaClasspath: classpath,
  };
}

function addressesOf(routes: readonly { proxy: string }[]): string {
  return routes.map(({ proxy }) => proxy).join(",");
}

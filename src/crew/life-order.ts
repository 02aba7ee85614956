import type { Route } from "../kafka/dial/dial.js";
import type { BlackBox } from "../ledger/box/black-box.js";
import type { BoxDescription } from "../ledger/box/format.js";
import type { LifeRecord } from "../ledger/record/run-record.js";
import type { Plan } from "../plan/plan.js";
import type { Role } from "../scenario/role.js";
import { requestRowsFor, sendRowsFor, ticksFor } from "./box-room.js";
import type { LifeOrder } from "../worker/order.js";

/** The settings that all lives of a run share. */
export interface RunOfLives {
  plan: Plan;
  runId: string;
  topic: string;
  groupId: string;
  brokers: readonly { id: number; address: string }[];
  routes: Record<Role, readonly Omit<Route, "brokerId">[]>;
  secured: boolean;
  traceRequests: boolean;
  /** The Java classpath of Apache Kafka, for commands that use it. */
  classpath?: string | undefined;
}

/** @param before the previous life of the same worker. Each life of a command starts at 0. */
export function describeLife(
  plan: Plan,
  runId: string,
  { role, worker, life }: Pick<LifeRecord, "role" | "worker" | "life">,
  before: { role: Role; box: BlackBox<"producer"> | BlackBox<"consumer"> } | undefined,
): BoxDescription {
  const { layout } = plan;
  const continues = life > 0 && before?.role === "producer";
  return {
    format: 2,
    kind: role,
    runId,
    worker,
    life,
    bits: role === "producer" ? layout.messages[worker]! : layout.words * 32,
    firstNumber: continues ? (before.box as BlackBox<"producer">).get("next") : 0,
    ticks: role === "producer" ? ticksFor(plan) : 0,
    requests: role === "producer" ? requestRowsFor(plan) : 0,
    sends: role === "producer" ? sendRowsFor(plan) : 0,
  };
}

export function orderOf(
  { plan, runId, topic, groupId, brokers, routes, secured, traceRequests }: RunOfLives,
  description: BoxDescription,
  files: { path: string; events: string; clientId: string },
): LifeOrder {
  const { scenario, layout } = plan;
  const role = description.kind as Role;
  const shared = {
    runId,
    topic,
    partitions: scenario.topic.partitions,
    clientId: files.clientId,
    bootstrap: brokers.map(({ address }) => address),
    routes: routes[role].map((route) => ({
      ...route,
      brokerId: brokers.find(({ address }) => address === route.broker)!.id,
    })),
    secured,
    box: { path: files.path, description },
    events: files.events,
    traceRequests,
  };
  switch (role) {
    case "producer":
      return {
        ...shared,
        role,
        rate: scenario.producers.rate / scenario.producers.count,
        settings: scenario.producers,
        guarantee: scenario.guarantee,
      };
    case "consumer":
      return {
        ...shared,
        role,
        groupId,
        guarantee: scenario.guarantee,
        settings: scenario.consumers,
        layout: { bases: layout.bases, messages: layout.messages },
        commanded: scenario.producers.command !== undefined,
      };
  }
}

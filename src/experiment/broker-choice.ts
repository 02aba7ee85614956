import { LossboundError } from "../base/errors.js";
import type { AdminClient } from "../kafka/driver.js";
import type { PartitionLeadership } from "../kafka/leaders.js";
import type { BrokerChoice } from "../scenario/scenario.js";

/** A broker of the cluster, as it advertises itself. */
export interface ClusterBroker {
  id: number;
  /** `host:port` */
  address: string;
}

/** What a choice is made from. */
export interface Choosing {
  admin: AdminClient;
  topic: string;
  brokers: readonly ClusterBroker[];
}

/**
 * Which broker a choice means at this moment: a follower is one that is in sync, where there is one.
 *
 * @param isFree brokers that are out of the question are passed over; by its place one is never.
 * @returns `undefined` where nobody is what is asked for.
 */
export async function chooseBroker(
  choice: BrokerChoice,
  { admin, topic, brokers }: Choosing,
  isFree: (broker: ClusterBroker) => boolean = () => true,
): Promise<ClusterBroker | undefined> {
  if (choice.kind === "index") return byPlace(choice.index, brokers);
  const partition = (await admin.leaders(topic)).find((one) => one.partition === choice.partition);
  if (partition === undefined) return undefined;
  return candidates(choice.kind, partition)
    .map((id) => brokers.find((broker) => broker.id === id))
    .find((broker) => broker !== undefined && isFree(broker));
}

function byPlace(place: number, brokers: readonly ClusterBroker[]): ClusterBroker {
  const broker = brokers.toSorted((one, other) => one.id - other.id)[place];
  if (broker !== undefined) return broker;
  throw new LossboundError(
    "ENVIRONMENT",
    `a fault falls on broker ${place}, and the cluster has ${brokers.length}, from 0 on`,
  );
}

function candidates(
  kind: "leader" | "follower",
  { leader, replicas, isr }: PartitionLeadership,
): readonly number[] {
  switch (kind) {
    case "leader":
      return leader === null ? [] : [leader];
    case "follower":
      return replicas
        .filter((id) => id !== leader)
        .toSorted((one, other) => Number(isr.includes(other)) - Number(isr.includes(one)));
  }
}

import { LossboundError } from "../../base/errors.js";
import type { PartitionLeadership } from "../../kafka/driver.js";
import type { BrokerChoice } from "../../scenario/faults.js";

/** A broker of the cluster, as it advertises itself. */
export interface ClusterBroker {
  id: number;
  /** `host:port` */
  address: string;
}

/**
 * Which broker a choice means: a follower is one that is in sync, where there is one.
 *
 * @param leaders of the topic, at this moment.
 * @param isFree a leader or follower that is not is passed over; a broker by its place never is.
 * @returns `undefined` where nobody is what is asked for.
 */
export function chooseBroker(
  choice: BrokerChoice,
  brokers: readonly ClusterBroker[],
  leaders: readonly PartitionLeadership[],
  isFree: (broker: ClusterBroker) => boolean = () => true,
): ClusterBroker | undefined {
  if (choice.kind === "index") return byPlace(choice.index, brokers);
  const partition = leaders.find((one) => one.partition === choice.partition);
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

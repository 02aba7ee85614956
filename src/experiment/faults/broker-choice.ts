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
 * Returns the broker that a choice stands for. For a follower, one that is in sync comes first.
 *
 * @param leaders the current leaders of the topic.
 * @param isFree leaders and followers for which it is false are skipped; it does not apply to a
 *   broker chosen by its index.
 * @returns `undefined` if no broker matches.
 */
export function chooseBroker(
  choice: BrokerChoice,
  brokers: readonly ClusterBroker[],
  leaders: readonly PartitionLeadership[],
  isFree: (broker: ClusterBroker) => boolean = () => true,
): ClusterBroker | undefined {
  if (choice.kind === "index") return byIndex(choice.index, brokers);
  const partition = leaders.find((one) => one.partition === choice.partition);
  if (partition === undefined) return undefined;
  return candidates(choice.kind, partition)
    .map((id) => brokers.find((broker) => broker.id === id))
    .find((broker) => broker !== undefined && isFree(broker));
}

function byIndex(index: number, brokers: readonly ClusterBroker[]): ClusterBroker {
  const broker = brokers.toSorted((one, other) => one.id - other.id)[index];
  if (broker !== undefined) return broker;
  throw new LossboundError(
    "ENVIRONMENT",
    `a fault is on broker ${index}, but the cluster has only brokers 0 to ${brokers.length - 1}`,
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

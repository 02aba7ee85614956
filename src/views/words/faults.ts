/** Describes what a fault does. */
import { bandwidths, fineDurations, formatDuration, formatSize } from "../../scenario/quantities.js";
import type { Role } from "../../scenario/role.js";
import type {
  BrokerChoice,
  BrokerFault,
  Fault,
  LinkFault,
  ResetOffsetsFault,
  TopicAction,
  Toxic,
} from "../../scenario/faults.js";
import { formatCount, formatSpan } from "../layout/numbers.js";

/**
 * Describes a fault.
 *
 * @param target the worker that it hits; `undefined` if the plan has not drawn one.
 */
export function faultInWords(fault: Fault, target: number | undefined): string {
  switch (fault.kind) {
    case "link":
      return linkFaultInWords(fault);
    case "kill":
      return `SIGKILL to ${workerInWords(fault.role, target)}, ${nextLife(fault.restartAfter)}`;
    case "pause":
      return `SIGSTOP to ${workerInWords(fault.role, target)} for ${formatSpan(fault.for)}`;
    case "stop":
      return `SIGTERM to ${workerInWords(fault.role, target)}, ${nextLife(fault.restartAfter)}`;
    case "join":
      return `one more consumer joins the group for ${formatSpan(fault.for)}`;
    case "oversize":
      return `one message of ${formatSize(fault.size)} from ${workerInWords("producer", target)}`;
    case "broker":
      return brokerFaultInWords(fault);
    case "topic":
      return topicActionInWords(fault.action);
    case "reset-offsets":
      return resetInWords(fault.to);
  }
}

function linkFaultInWords({ on, broker, toxic, stream, for: forMs }: LinkFault): string {
  const link = broker === undefined ? on : `${on} to ${brokerInWords(broker)}`;
  const length = forMs === undefined ? "until the producers end" : `for ${formatSpan(forMs)}`;
  if (toxic === "down") return `proxy disabled on ${link}, ${length}`;
  const way = stream === "both" ? "both ways" : stream;
  return `${toxic.type} on ${link}, ${way}, ${attributesInWords(toxic)}, ${length}`;
}

function attributesInWords(toxic: Toxic): string {
  switch (toxic.type) {
    case "latency":
      return `latency ${formatDuration(toxic.latency)}, jitter ${formatDuration(toxic.jitter)}`;
    case "bandwidth":
      return `rate ${bandwidths.write(toxic.rate)}`;
    case "slow_close":
      return `delay ${formatDuration(toxic.delay)}`;
    case "timeout":
      return toxic.timeout === 0 ? "a black hole" : `timeout ${formatDuration(toxic.timeout)}`;
    case "reset_peer":
      return `timeout ${formatDuration(toxic.timeout)}`;
    case "slicer":
      return (
        `average_size ${formatSize(toxic.average_size)}, size_variation ${formatSize(toxic.size_variation)}, ` +
        `delay ${fineDurations.write(toxic.delay)}`
      );
    case "limit_data":
      return `bytes ${formatSize(toxic.bytes)}`;
  }
}

function brokerFaultInWords({ action, broker, for: forMs }: BrokerFault): string {
  const which = brokerInWords(broker);
  const until = forMs === undefined ? "when the producers end" : `after ${formatSpan(forMs)}`;
  switch (action) {
    case "kill":
      return `SIGKILL to ${which}, restarted ${until}`;
    case "stop":
      return `SIGTERM to ${which}, restarted ${until}`;
    case "pause":
      return `SIGSTOP to ${which}, resumed ${until}`;
  }
}

function topicActionInWords(action: TopicAction): string {
  switch (action.do) {
    case "delete-records": {
      const where = action.partition === undefined ? "every partition" : `partition ${action.partition}`;
      const which = action.upTo === undefined ? "all records" : `the records below offset ${action.upTo}`;
      return `${which} of ${where} are deleted`;
    }
    case "retention":
      return `the topic's retention is set to ${formatSpan(action.ms)} until records are deleted`;
    case "recreate":
      return "the topic is deleted and created again, empty";
    case "move-leader":
      return `partition ${action.partition} gets a new leader, while the old one keeps running`;
    case "add-partitions":
      return `the topic gets ${formatCount(action.count)} more ${action.count === 1 ? "partition" : "partitions"}`;
  }
}

function resetInWords(to: ResetOffsetsFault["to"]): string {
  switch (to) {
    case "latest":
    case "earliest":
      return `the group's committed offsets are reset to the ${to}`;
    case "expired":
      return "the group's committed offsets are deleted, as if they had expired";
  }
}

function brokerInWords(broker: BrokerChoice): string {
  switch (broker.kind) {
    case "index":
      return `broker ${broker.index}`;
    case "leader":
      return `the leader of partition ${broker.partition}`;
    case "follower":
      return `a follower of partition ${broker.partition}`;
  }
}

function workerInWords(role: Role, target: number | undefined): string {
  return target === undefined ? `a ${role} drawn by the seed` : `${role} ${target}`;
}

function nextLife(restartAfter: number | undefined): string {
  return restartAfter === undefined ? "not restarted" : `restarted after ${formatSpan(restartAfter)}`;
}

/** What must hold between the faults, and between them and the rest of a scenario. */
import type { Body } from "../schema/scenario.js";
import type { Sound } from "./sound.js";
import type { Complaint, Rule } from "../schema/fields.js";
import { partitionsMax } from "../limits.js";
import { overlappingFaults } from "./overlap.js";
import { formatDuration, formatSize } from "../quantities.js";
import type { Role } from "../role.js";
import type { BrokerChoice, Fault, KillFault, PauseFault, StopFault } from "../faults.js";

export const faultRules: Rule<Body>[] = [
  drawnFaultsExist,
  workersExist,
  brokersExist,
  partitionsExist,
  followersExist,
  leadersCanMove,
  partitionsAreNotTooMany,
  oversizeIsRefused,
  milestonesAreReached,
  chunksAreLargeEnough,
  endsFindSomeoneAlive,
  aConsumerSurvives,
  oneFaultOfAKind,
];

function* drawnFaultsExist({ faults, faultsDrawn }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("faultsDrawn") || faultsDrawn === undefined || !Array.isArray(faults)) return;
  if (faultsDrawn <= faults.length) return;
  yield { path: ["faultsDrawn"], allowed: `at most the number of faults, which is ${faults.length}` };
}

function* workersExist(body: Body, sound: Sound): Iterable<Complaint> {
  for (const [index, fault] of soundFaults(body, sound)) {
    const role = roleOf(fault);
    if (role === undefined || !("worker" in fault) || fault.worker === undefined) continue;
    const count = workerCount(body, role, sound);
    if (count === undefined || fault.worker < count) continue;
    const allowed = `at most ${count - 1}, since ${role}s.count is ${count} and the first is 0`;
    yield { path: ["faults", index, "worker"], allowed };
  }
}

function roleOf(fault: Fault): Role | undefined {
  switch (fault.kind) {
    case "kill":
    case "pause":
    case "stop":
      return fault.role;
    case "oversize":
      return "producer";
    case "link":
    case "join":
    case "broker":
    case "topic":
    case "reset-offsets":
      return undefined;
  }
}

function* brokersExist(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("brokers", "count")) return;
  const { count } = body.brokers;
  for (const [index, fault] of soundFaults(body, sound)) {
    const choice = brokerOf(fault);
    if (choice?.kind !== "index" || choice.index < count) continue;
    const allowed = `at most ${count - 1}, since brokers.count is ${count} and the first is 0`;
    yield { path: ["faults", index, "broker"], allowed };
  }
}

function brokerOf(fault: Fault): BrokerChoice | undefined {
  return fault.kind === "link" || fault.kind === "broker" ? fault.broker : undefined;
}

/** Those that are added during the run come too late: which fault falls first is not known before it. */
function* partitionsExist(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("topic", "partitions")) return;
  const { partitions } = body.topic;
  for (const [index, fault] of soundFaults(body, sound)) {
    const place = partitionOf(fault);
    if (place === undefined || place.partition < partitions) continue;
    const allowed = `at most ${partitions - 1}, since topic.partitions is ${partitions} and the first is 0`;
    yield { path: ["faults", index, ...place.path], allowed };
  }
}

function partitionOf(fault: Fault): { partition: number; path: string[] } | undefined {
  const choice = brokerOf(fault);
  if (choice !== undefined && choice.kind !== "index") {
    return { partition: choice.partition, path: ["partition"] };
  }
  if (fault.kind !== "topic") return undefined;
  switch (fault.action.do) {
    case "move-leader":
      return { partition: fault.action.partition, path: ["moveLeader", "partition"] };
    case "delete-records": {
      const { partition } = fault.action;
      return partition === undefined ? undefined : { partition, path: ["deleteRecords", "partition"] };
    }
    case "retention":
    case "recreate":
    case "add-partitions":
      return undefined;
  }
}

function* followersExist(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("topic", "replicationFactor") || body.topic.replicationFactor > 1) return;
  for (const [index, fault] of soundFaults(body, sound)) {
    if (brokerOf(fault)?.kind !== "follower") continue;
    const allowed = "follower only where topic.replicationFactor is above 1: a lone replica leads";
    yield { path: ["faults", index, "broker"], allowed };
  }
}

function* leadersCanMove(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("brokers", "count") || body.brokers.count > 1) return;
  for (const [index, fault] of soundFaults(body, sound)) {
    if (fault.kind !== "topic" || fault.action.do !== "move-leader") continue;
    const allowed = "moveLeader only where brokers.count is 3: there is no other broker to lead";
    yield { path: ["faults", index], found: "moveLeader with one broker", allowed };
  }
}

function* partitionsAreNotTooMany(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("topic", "partitions")) return;
  let partitions = body.topic.partitions;
  for (const [index, fault] of soundFaults(body, sound)) {
    if (fault.kind !== "topic" || fault.action.do !== "add-partitions") continue;
    partitions += fault.action.count * fault.times;
    if (partitions <= partitionsMax) continue;
    const allowed = `no more than ${partitionsMax} partitions in the end`;
    yield { path: ["faults", index, "addPartitions"], found: `${partitions} partitions`, allowed };
    return;
  }
}

/** What the brokers take does no harm: the fault would be in force only by name. */
function* oversizeIsRefused(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "size") || !sound("topic", "config") || !sound("brokers", "config")) return;
  const { size } = body.producers;
  const taken = largestBatchOf(body);
  for (const [index, fault] of soundFaults(body, sound)) {
    if (fault.kind !== "oversize" || fault.size > Math.max(size, taken.bytes)) continue;
    const allowed =
      fault.size <= size
        ? `more than producers.size, which is ${formatSize(size)}`
        : `more than the brokers take at once, which is ${formatSize(taken.bytes)} by ${taken.by}`;
    yield { path: ["faults", index, "oversize"], allowed };
  }
}

/** Kafka's own, 1 MiB and the framing of a batch. */
const largestBatchBytesUsual = 1_048_588;

/** What the brokers take of one partition at once, as far as the file says. */
function largestBatchOf({ topic, brokers }: Body): { bytes: number; by: string } {
  const chosen = [
    { bytes: topic.config["max.message.bytes"], by: "max.message.bytes of the topic" },
    { bytes: brokers.config["message.max.bytes"], by: "message.max.bytes of the brokers" },
    { bytes: String(largestBatchBytesUsual), by: "Kafka's own max.message.bytes" },
  ].find(({ bytes }) => bytes !== undefined)!;
  // What is no number, the brokers refuse themselves.
  return { bytes: Number(chosen.bytes) || 0, by: chosen.by };
}

/** No more messages can be sent, received or processed for the first time than there are. */
function* milestonesAreReached(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "messages")) return;
  const { messages } = body.producers;
  for (const [index, { trigger }] of soundFaults(body, sound)) {
    if (trigger.kind !== "after" || trigger.count <= messages) continue;
    const allowed = `at most producers.messages, which is ${messages}`;
    yield { path: ["faults", index, "after", trigger.of], allowed };
  }
}

function* chunksAreLargeEnough(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("consumers", "commitEvery")) return;
  const commitEvery = Math.min(...body.consumers.commitEvery);
  for (const [index, { trigger }] of soundFaults(body, sound)) {
    if (trigger.kind !== "handling" || trigger.of <= commitEvery) continue;
    const allowed = `at most consumers.commitEvery, which is ${commitEvery}: no chunk is larger`;
    yield { path: ["faults", index, "when", "handling", "of"], allowed };
  }
}

/** What ends a life: the next one, if there is any, begins `restartAfter` later. */
type End = KillFault | StopFault;

function isEnd(fault: Fault): fault is End {
  return fault.kind === "kill" || fault.kind === "stop";
}

function isAtPlace({ trigger }: End | PauseFault): boolean {
  return trigger.kind !== "at" && trigger.kind !== "after";
}

/** Where only one worker can be meant, the next end must not fall while it is still dead. */
function* endsFindSomeoneAlive(body: Body, sound: Sound): Iterable<Complaint> {
  for (const [index, fault] of soundFaults(body, sound)) {
    if (!isEnd(fault) || fault.times === 1) continue;
    const count = workerCount(body, fault.role, sound);
    if (count === undefined) continue;
    const candidates = fault.worker === undefined ? count : 1;
    if (fault.restartAfter === undefined && fault.times > candidates) {
      const allowed = `at most ${candidates}: without restartAfter no more workers are left to ${fault.kind}`;
      yield { path: ["faults", index, "times"], allowed };
    } else if (
      fault.restartAfter !== undefined &&
      !isAtPlace(fault) &&
      candidates === 1 &&
      fault.every <= fault.restartAfter
    ) {
      const allowed = `more than restartAfter, which is ${formatDuration(fault.restartAfter)}`;
      yield { path: ["faults", index, "every"], allowed };
    }
  }
}

/** Without a consumer the log is never read to its end, and no run of this scenario has a verdict. */
function* aConsumerSurvives(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("consumers", "count")) return;
  const { count } = body.consumers;
  const named = new Set<number>();
  let drawn = 0;
  for (const [index, fault] of soundFaults(body, sound)) {
    if (!isEnd(fault) || fault.role !== "consumer" || fault.restartAfter !== undefined) continue;
    if (fault.worker === undefined) drawn += fault.times;
    else named.add(fault.worker);
    if (named.size + drawn < count) continue;
    const found = `no restartAfter, and none of the ${count} consumers left alive`;
    const allowed = "a restartAfter, or one more consumer: the log could not be read to its end";
    yield { path: ["faults", index, "restartAfter"], found, allowed };
    return;
  }
}

function* oneFaultOfAKind(body: Body, sound: Sound): Iterable<Complaint> {
  const faults = [...soundFaults(body, sound)];
  for (const { index, other, what, why } of overlappingFaults(faults)) {
    const found = `a second ${what} while that of faults[${other}] is on`;
    yield { path: ["faults", index], found, allowed: `one at a time: ${why}` };
  }
}

function* soundFaults({ faults }: Body, sound: Sound): Iterable<[number, Fault]> {
  // Where `faults` is no list at all, there is a problem for it already.
  if (!Array.isArray(faults)) return;
  for (const [index, fault] of faults.entries()) {
    if (sound("faults", index)) yield [index, fault];
  }
}

function workerCount(body: Body, role: Role, sound: Sound): number | undefined {
  switch (role) {
    case "producer":
      return sound("producers", "count") ? body.producers.count : undefined;
    case "consumer":
      return sound("consumers", "count") ? body.consumers.count : undefined;
  }
}

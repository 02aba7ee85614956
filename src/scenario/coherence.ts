/**
 * What must fit together across the parts of a scenario. Each rule refuses only what is certain to
 * be meaningless; what is merely unlikely is the author's business.
 */
import type { Complaint, Rule } from "./fields.js";
import { durationMsMax } from "./notations.js";
import { overlappingFaults } from "./overlap.js";
import { formatDuration } from "./quantities.js";
import { type Bound, causes, type Fault, type Role, type Scenario } from "./scenario.js";

type Body = Omit<Scenario, "name" | "claim" | "faultsDrawn" | "expectUnder">;
type Sound = Parameters<Rule<Body>>[1];

export const coherenceRules: Rule<Body>[] = [
  replicasHaveBrokers,
  everyProducerSends,
  sendingEnds,
  workersExist,
  milestonesAreReached,
  chunksAreLargeEnough,
  killsFindSomeoneAlive,
  aConsumerSurvives,
  oneToxicOfAKind,
  boundsCanBeReached,
];

function* replicasHaveBrokers({ topic, brokers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("topic", "replicationFactor") || !sound("brokers", "count")) return;
  if (topic.replicationFactor > brokers.count) {
    const allowed = `at most brokers.count, which is ${brokers.count}`;
    yield { path: ["topic", "replicationFactor"], allowed };
  }
}

function* everyProducerSends({ producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "messages") || !sound("producers", "count")) return;
  if (producers.messages < producers.count) {
    const allowed = `at least one a producer: ${producers.count} or more`;
    yield { path: ["producers", "messages"], allowed };
  }
}

/** The same hour that limits every duration: a run is watched or waited for. */
function* sendingEnds({ producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "messages") || !sound("producers", "rate")) return;
  const sendingMs = (producers.messages / producers.rate) * 1_000;
  if (sendingMs > durationMsMax) {
    const most = Math.floor((producers.rate * durationMsMax) / 1_000);
    const allowed = `at most ${most}, which take ${formatDuration(durationMsMax)} at producers.rate`;
    yield { path: ["producers", "messages"], allowed };
  }
}

function* workersExist(body: Body, sound: Sound): Iterable<Complaint> {
  for (const [index, fault] of soundFaults(body, sound)) {
    if (fault.kind !== "kill" || fault.worker === undefined) continue;
    const count = workerCount(body, fault.role, sound);
    if (count === undefined || fault.worker < count) continue;
    const allowed = `at most ${count - 1}, since ${fault.role}s.count is ${count} and the first is 0`;
    yield { path: ["faults", index, "worker"], allowed };
  }
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
  const { commitEvery } = body.consumers;
  for (const [index, { trigger }] of soundFaults(body, sound)) {
    if (trigger.kind !== "handling" || trigger.of <= commitEvery) continue;
    const allowed = `at most consumers.commitEvery, which is ${commitEvery}: no chunk is larger`;
    yield { path: ["faults", index, "when", "handling", "of"], allowed };
  }
}

/** Where only one worker can be meant, the next kill must not fall while it is still dead. */
function* killsFindSomeoneAlive(body: Body, sound: Sound): Iterable<Complaint> {
  for (const [index, fault] of soundFaults(body, sound)) {
    if (fault.kind !== "kill" || fault.times === 1) continue;
    const count = workerCount(body, fault.role, sound);
    if (count === undefined) continue;
    const candidates = fault.worker === undefined ? count : 1;
    if (fault.restartAfter === undefined && fault.times > candidates) {
      const allowed = `at most ${candidates}: without restartAfter no more workers are left to kill`;
      yield { path: ["faults", index, "times"], allowed };
    } else if (
      fault.restartAfter !== undefined &&
      fault.trigger.kind !== "handling" &&
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
    if (fault.kind !== "kill" || fault.role !== "consumer" || fault.restartAfter !== undefined) continue;
    if (fault.worker === undefined) drawn += fault.times;
    else named.add(fault.worker);
    if (named.size + drawn < count) continue;
    const found = `no restartAfter, and none of the ${count} consumers left alive`;
    const allowed = "a restartAfter, or one more consumer: the log could not be read to its end";
    yield { path: ["faults", index, "restartAfter"], found, allowed };
    return;
  }
}

function* oneToxicOfAKind(body: Body, sound: Sound): Iterable<Complaint> {
  const faults = [...soundFaults(body, sound)];
  for (const { index, other, what } of overlappingFaults(faults)) {
    const found = `a second ${what} while that of faults[${other}] is on`;
    const allowed = "one at a time: Toxiproxy tells toxics apart by link, type and stream alone";
    yield { path: ["faults", index], found, allowed };
  }
}

/** A lower end above the number of messages could never be met. */
function* boundsCanBeReached(body: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "messages") || !sound("expect")) return;
  const { messages } = body.producers;
  const { lost, silentlyLost, duplicated, lostBy } = body.expect;
  const bounds: [string[], Bound | undefined][] = [
    [["lost"], lost],
    [["silentlyLost"], silentlyLost],
    [["duplicated"], duplicated],
    ...causes.map((cause): [string[], Bound | undefined] => [["lostBy", cause], lostBy[cause]]),
  ];
  for (const [path, bound] of bounds) {
    if (bound?.min?.kind !== "count" || bound.min.value <= messages) continue;
    const allowed = `a min of at most producers.messages, which is ${messages}`;
    yield { path: ["expect", ...path], found: String(bound.min.value), allowed };
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

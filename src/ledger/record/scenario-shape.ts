import { messagesMax, workersMax } from "../../scenario/limits.js";
import { causes, type Fault, guarantees, swept } from "../../scenario/scenario.js";
import {
  type Shape,
  amount,
  either,
  list,
  map,
  oneOf,
  optional,
  section,
  tagged,
  text,
  whole,
} from "./shape.js";

export const role = oneOf("producer", "consumer");
const limit = section({ kind: oneOf("count", "share"), value: amount });
const bound = section({
  min: optional(limit),
  max: optional(limit),
  predicted: optional(oneOf(true)),
  exposed: optional(oneOf(true)),
});
const expect = section({
  lost: bound,
  silentlyLost: optional(bound),
  lostBy: section(Object.fromEntries(causes.map((cause) => [cause, optional(bound)]))),
  duplicated: bound,
  indeterminate: optional(bound),
  unexplained: optional(bound),
});

const moment = {
  at: section({ ms: amount }),
  after: section({ count: whole(1), of: oneOf("sent", "received", "processed") }),
};
const place = {
  handling: section({ message: whole(1), of: whole(1) }),
  "before-commit": section({}),
  "in-commit": section({}),
  "after-commit": section({}),
  "during-rebalance": section({}),
};
const atMoment = tagged("kind", moment);
const atMomentOrPlace = tagged("kind", { ...moment, ...place });
const recurrence = { times: whole(1, 1_000_000), every: amount };
const worker = optional(whole(0, workersMax - 1));
const onePartition = section({ partition: whole() });

const brokerChoice = tagged("kind", {
  index: section({ index: whole() }),
  leader: onePartition,
  follower: onePartition,
});

const topicAction = tagged("do", {
  "delete-records": section({ partition: optional(whole()), upTo: optional(whole()) }),
  retention: section({ ms: amount }),
  recreate: section({}),
  "move-leader": onePartition,
  "add-partitions": section({ count: whole(1) }),
});

const faults: Readonly<Record<Fault["kind"], Shape>> = {
  link: section({
    on: oneOf("producer-link", "consumer-link"),
    broker: optional(brokerChoice),
    toxic: either(oneOf("down"), section({ type: text })),
    stream: oneOf("upstream", "downstream", "both"),
    trigger: atMoment,
    for: optional(amount),
    ...recurrence,
  }),
  kill: section({ role, worker, trigger: atMomentOrPlace, restartAfter: optional(amount), ...recurrence }),
  pause: section({ role, worker, trigger: atMomentOrPlace, for: amount, ...recurrence }),
  stop: section({ role, worker, trigger: atMoment, restartAfter: optional(amount), ...recurrence }),
  join: section({ trigger: atMoment, for: amount, ...recurrence }),
  oversize: section({ worker, trigger: atMoment, size: amount, ...recurrence }),
  broker: section({
    action: oneOf("kill", "pause", "stop"),
    broker: brokerChoice,
    trigger: atMoment,
    for: optional(amount),
    ...recurrence,
  }),
  topic: section({ action: topicAction, trigger: atMoment, ...recurrence }),
  "reset-offsets": section({ to: oneOf("latest", "earliest", "expired"), trigger: atMoment, ...recurrence }),
};

export const scenario = section({
  name: text,
  claim: text,
  guarantee: oneOf(...guarantees),
  brokers: section({ count: whole(1), config: map(text) }),
  topic: section({ partitions: whole(1), replicationFactor: whole(1), config: map(text) }),
  producers: section({
    command: optional(list(text)),
    count: whole(1, workersMax),
    rate: amount,
    overload: optional(oneOf(true)),
    messages: whole(1, messagesMax),
    size: amount,
    acks: oneOf(0, 1, "all"),
    retries: whole(),
    metadataMaxAge: amount,
    requestTimeout: amount,
  }),
  consumers: section({
    command: optional(list(text)),
    count: whole(1, workersMax),
    commitEvery: whole(1),
    handle: amount,
    reset: oneOf("latest", "earliest"),
    sessionTimeout: amount,
    partitionsConsumedConcurrently: whole(1),
    retries: whole(),
    metadataMaxAge: amount,
    requestTimeout: amount,
  }),
  faults: list(tagged("kind", faults)),
  faultsDrawn: optional(whole(1)),
  sweep: optional(section({ of: oneOf(...swept), values: list(amount) })),
  step: optional(section({ sweep: text, of: oneOf(...swept), value: amount, repeat: whole(1) })),
  repeat: optional(whole(1)),
  calibrated: optional(section({ trials: whole(1), outside: amount })),
  trial: optional(section({ of: text, number: whole(1), firstSeed: whole() })),
  expect,
  expectUnder: section(Object.fromEntries(guarantees.map((guarantee) => [guarantee, optional(expect)]))),
});

import type { Expect, Scenario } from "../../src/scenario/scenario.js";
import type { Fault, KillFault, LinkFault } from "../../src/scenario/faults.js";

/** Returns a scenario of two producers and two consumers with the given changes. */
export function aScenario(changes: {
  messages?: number;
  producers?: number;
  consumers?: number;
  partitions?: number;
  faults?: Fault[];
  expect?: Partial<Expect>;
}): Scenario {
  const { messages = 100, producers = 2, consumers = 2, partitions = 3, faults = [], expect = {} } = changes;
  return {
    name: "synthetic",
    claim: "",
    guarantee: "at-most-once",
    brokers: { count: 1, config: {} },
    topic: { partitions, replicationFactor: 1, config: {} },
    producers: {
      count: producers,
      rate: 100,
      messages,
      size: 200,
      acks: 0,
      retries: 0,
      metadataMaxAge: 300_000,
      requestTimeout: 30_000,
    },
    consumers: {
      count: consumers,
      commitEvery: 10,
      handle: 0,
      reset: "latest",
      sessionTimeout: 6000,
      partitionsConsumedConcurrently: 1,
      retries: 5,
      metadataMaxAge: 300_000,
      requestTimeout: 30_000,
    },
    faults,
    faultsDrawn: undefined,
    sweep: undefined,
    step: undefined,
    repeat: undefined,
    calibrated: undefined,
    trial: undefined,
    expect: {
      lost: { min: undefined, max: undefined },
      silentlyLost: undefined,
      lostBy: {},
      duplicated: { min: undefined, max: { kind: "count", value: 0 } },
      indeterminate: undefined,
      unexplained: undefined,
      ...expect,
    },
    expectUnder: {},
  };
}

export function aLinkFault(changes: Partial<LinkFault> = {}): LinkFault {
  return {
    kind: "link",
    on: "producer-link",
    broker: undefined,
    toxic: { type: "timeout", timeout: 0 },
    stream: "upstream",
    trigger: { kind: "at", ms: 100 },
    for: 100,
    times: 1,
    every: 0,
    ...changes,
  };
}

export function aKill(changes: Partial<KillFault> = {}): KillFault {
  return {
    kind: "kill",
    role: "consumer",
    worker: undefined,
    trigger: { kind: "at", ms: 100 },
    restartAfter: 10,
    times: 1,
    every: 0,
    ...changes,
  };
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Result } from "../../../src/results/result.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";
import { fixture } from "../../support/paths.js";

const dialsBrokers = fixture("dials-brokers.mjs");

/**
 * The broker is dead for three seconds, in which 6,000 messages fall due. A client whose
 * connections are refused knows that they are lost. If a proxy accepted the connections, the client
 * would see no error.
 */
const deadBroker = `
guarantee: at-most-once
topic: { partitions: 1 }
producers: { count: 1, rate: 2000/s, messages: 16000, overload: true }
consumers: { count: 1 }
faults:
  - { at: 2s, for: 3s, kill: broker, broker: 0 }
expect:
  lost: { min: 1 }
`;

describe("a broker that is killed and restarted", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory({ count: 1, controllerApart: true });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("loses no more messages silently through proxies than without them", async () => {
    const through = await lab.run("through-proxies", deadBroker);
    const without = await lab.run("without-proxies", deadBroker, { workerEntry: dialsBrokers });

    for (const { verdict, reasons, lostBy } of [through, without]) {
      expect(verdict, reasons.join("; ")).toBe("held");
      expect(lostBy.rejected).toBeGreaterThan(4000);
    }
    // Messages in transit when it died: some tens of milliseconds, and more on a busy machine.
    expect(without.silentlyLost).toBeLessThan(1000);
    expect(through.silentlyLost).toBeLessThan(without.silentlyLost + 500);
  });
});

const threeFaults = `
guarantee: at-most-once
brokers: { count: 3 }
topic: { partitions: 2, replicationFactor: 3 }
producers: { count: 1, rate: 500/s, messages: 4000, overload: true }
consumers: { count: 1 }
faults:
  - { at: 1s, for: 1s, pause: broker, broker: follower }
  - { at: 1s, for: 1s, pause: broker, broker: follower }
  - { at: 3s, for: 1s, stop: broker, broker: leader, partition: 1 }
  - { at: 4s, for: 1s, on: producer-link, broker: leader, toxic: timeout, stream: both }
expect:
  lost: { min: 1 }
`;

describe("three brokers", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory({ count: 3 });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("are chosen by their role in a partition when the fault falls", async () => {
    const result = await lab.run("three-faults", threeFaults);
    const [one, other] = faultsOf(result, "pause");
    const [stop] = faultsOf(result, "stop");
    const [hole] = faultsOf(result, "timeout");

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect([one, other]).toEqual([
      expect.objectContaining({ touched: expect.any(Number), probe: "the process is stopped" }),
      expect.objectContaining({ touched: expect.any(Number), probe: "the process is stopped" }),
    ]);
    expect(one!.on).not.toBe(other!.on);
    expect(stop).toMatchObject({
      on: expect.stringMatching(/^broker [012]$/),
      probe: expect.stringMatching(/^the process has ended; leader of partition \d: \d → \d, in sync 2/),
    });
    expect(hole).toMatchObject({
      on: expect.stringMatching(/^producer-link to broker [012]$/),
      touched: expect.any(Number),
      probe: expect.stringMatching(/^silence for/),
    });
    expect(result.witnesses).toContain("broker-log");
  });
});

function faultsOf({ faults }: Result, kind: string) {
  return faults.filter((fault) => fault.kind === kind);
}

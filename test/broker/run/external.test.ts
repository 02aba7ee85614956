import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runScenario } from "../../../src/library/run.js";
import { parseScenario } from "../../../src/scenario/file/read.js";
import { dialDirectly } from "../../../src/kafka/dial/dial.js";
import { kafkajsDriver } from "../../../src/kafka/kafkajs/driver.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

const scenario = parseScenario(
  `
guarantee: at-most-once
topic: { partitions: 2 }
producers: { count: 1, rate: 1000/s, messages: 3000, overload: true }
consumers: { count: 2, commitEvery: 20, sessionTimeout: 6s }
faults:
  - { at: 1s, for: 500ms, on: producer-link, down: true }
expect:
  lost: exposed
  lostBy: { rejected: { min: 1 } }
`,
  "on-theirs.yaml",
);

const once = parseScenario(
  `
guarantee: effectively-once
producers: { count: 1, rate: 500/s, messages: 500, overload: true }
consumers: { count: 1, commitEvery: 50 }
expect: { lost: 0 }
`,
  "once-on-theirs.yaml",
);

/** A cluster and a Toxiproxy that lossbound did not start: here, those of another environment. */
describe("an existing environment", () => {
  let theirs: Laboratory;
  beforeAll(async () => {
    theirs = await openLaboratory();
  });
  afterAll(() => theirs[Symbol.asyncDispose]());

  it("runs the same scenario, and stays as it was", async () => {
    const { bootstrap, toxiproxy } = theirs.environment;
    await using admin = kafkajsDriver.admin({
      clientId: "test",
      bootstrap,
      dial: dialDirectly(undefined),
      security: undefined,
    });
    await admin.connect();
    await admin.createTopic("theirs", { partitions: 1, replicationFactor: 1 });
    await admin.setPositions("their-group", "theirs", new Map([[0, 0]]));
    await fetch(`${toxiproxy}/proxies`, {
      method: "POST",
      body: JSON.stringify({ name: "theirs", listen: "127.0.0.1:0", upstream: "127.0.0.1:9" }),
    });
    const found = await stateOf(admin, toxiproxy);
    expect(found.groups).toEqual(["their-group"]);

    const { verdict, reasons, environment } = await runScenario(scenario, {
      environment: "external",
      brokers: bootstrap,
      toxiproxy,
      out: theirs.out,
      seed: 1,
    });

    expect(verdict, reasons.join("; ")).toBe("held");
    expect(environment.kind).toBe("external");
    expect(await stateOf(admin, toxiproxy)).toEqual(found);
  });

  it("does not keep the topic of the effects either", async () => {
    const { bootstrap, toxiproxy } = theirs.environment;
    await using admin = kafkajsDriver.admin({
      clientId: "test",
      bootstrap,
      dial: dialDirectly(undefined),
      security: undefined,
    });
    await admin.connect();
    const found = await stateOf(admin, toxiproxy);

    const { verdict, reasons, messages } = await runScenario(once, {
      environment: "external",
      brokers: bootstrap,
      toxiproxy,
      out: theirs.out,
      seed: 1,
    });

    expect(verdict, reasons.join("; ")).toBe("held");
    expect(messages.processed).toBe(500);
    const left = await stateOf(admin, toxiproxy);
    // The cluster's own topic, which it creates with its first transaction.
    const topics = left.topics.filter((name) => name !== "__transaction_state");
    expect({ ...left, topics }).toEqual(found);
  });

  it("names the address that does not answer", async () => {
    const running = runScenario(scenario, {
      environment: "external",
      brokers: ["127.0.0.1:9"],
      toxiproxy: theirs.environment.toxiproxy,
      out: theirs.out,
    });
    await expect(running).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringContaining("127.0.0.1:9"),
    });
  });
});

async function stateOf(
  admin: ReturnType<typeof kafkajsDriver.admin>,
  toxiproxy: string,
): Promise<{ topics: string[]; groups: string[]; proxies: string[] }> {
  const proxies = (await (await fetch(`${toxiproxy}/proxies`)).json()) as Record<string, unknown>;
  const { topics, groups } = await admin.inventory();
  return { topics, groups, proxies: Object.keys(proxies) };
}

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type ComposePorts, openDocker } from "../../../src/environment/existing/docker.js";
import { kafkaRelease } from "../../../src/environment/local/kafka-jars.js";
import { freePorts } from "../../../src/processes/ports.js";
import { dialDirectly } from "../../../src/kafka/dial/dial.js";
import { kafkajsDriver } from "../../../src/kafka/kafkajs/driver.js";
import { runOne } from "../../../src/library/run-one.js";
import { parseScenario } from "../../../src/scenario/file/read.js";
import { openForwarder, openServer } from "../environment/servers.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

const scenario = parseScenario(
  `
guarantee: at-most-once
producers: { count: 1, rate: 1000/s, messages: 2000, overload: true }
consumers: { count: 1, commitEvery: 20, sessionTimeout: 6s }
faults:
  - { at: 500ms, for: 500ms, on: producer-link, toxic: timeout }
expect:
  lost: exposed
`,
  "in-compose.yaml",
);

/** No Docker engine is needed: another environment plays the services of docker-compose.yml. */
describe("the docker environment", () => {
  let theirs: Laboratory;
  let ports: Omit<ComposePorts, "proxies">;
  beforeAll(async () => {
    theirs = await openLaboratory();
    const { bootstrap, toxiproxy } = theirs.environment;
    ports = { broker: Number(bootstrap[0]!.split(":")[1]), toxiproxy: Number(new URL(toxiproxy).port) };
  });
  afterAll(() => theirs?.[Symbol.asyncDispose]());

  it("runs a scenario through proxies on published ports only, and leaves nothing behind", async () => {
    await using taken = await openServer(() => {});
    const proxies = [taken.port, ...(await freePorts(2))];
    const seen = new Set<string>();
    const look = async (): Promise<void> => {
      for (const { listen } of await proxiesOf(theirs)) seen.add(listen);
    };

    await using environment = await openDocker({ progress: () => {}, ports: { ...ports, proxies } });
    const {
      verdict,
      reasons,
      environment: where,
    } = await runOne(environment, {
      scenario,
      seed: 1,
      out: theirs.out,
      observer: { line: () => void look(), live: () => void look() },
      signal: new AbortController().signal,
      repeatWith: "",
    });

    expect(verdict, reasons.join("; ")).toBe("held");
    expect(where).toMatchObject({ kind: "docker", broker: kafkaRelease().version });
    const free = proxies.slice(1).map((port) => `127.0.0.1:${port}`);
    expect([...seen].toSorted()).toEqual(free.toSorted());
    expect(await proxiesOf(theirs)).toEqual([]);
    expect(await topicsOf(theirs)).toEqual([]);
  });

  it("lets proxies listen on all addresses only while the publisher holds each of their ports", async () => {
    await using taken = await openServer(() => {});
    const [free = 0] = await freePorts(1);
    const hostOf = async (proxies: readonly number[], proxyHost?: string): Promise<string> => {
      await using environment = await openDocker({
        progress: () => {},
        ports: { ...ports, proxies },
        proxyHost,
      });
      return environment.proxyHost;
    };

    expect(await hostOf([taken.port, free])).toBe("127.0.0.1");
    expect(await hostOf([taken.port])).toBe("0.0.0.0");
    expect(await hostOf([taken.port], "127.0.0.1")).toBe("127.0.0.1");
    expect(await hostOf([free], "0.0.0.0")).toBe("0.0.0.0");
  });

  // Other systems have no second address of their own without extra configuration.
  describe.skipIf(process.platform !== "linux")("behind a forwarder that answers for a dead proxy", () => {
    it.each([
      [
        "down: true",
        "down",
        "closes",
        "expect: { lost: exposed, lostBy: { rejected: { min: 1 }, in-transit: 0 } }",
      ],
      [
        "down: true",
        "down",
        "resets",
        "expect: { lost: exposed, lostBy: { rejected: { min: 1 }, in-transit: 0 } }",
      ],
      [
        "toxic: reset_peer",
        "reset_peer",
        "closes",
        "expect: { lost: exposed, lostBy: { in-transit: { min: 1 } } }",
      ],
    ] as const)(
      "calls a run inconclusive in which `%s` was no %s: the forwarder %s connections",
      async (fault, kind, ends, expected) => {
        await using one = await openForwarder(behind, ends);
        await using other = await openForwarder(behind, ends);
        await using api = await openTranslator(theirs.environment.toxiproxy);
        await using environment = await openDocker({
          progress: () => {},
          ports: { broker: ports.broker, toxiproxy: api.port, proxies: [one.port, other.port] },
        });
        const { verdict, reasons, faults, lostBy, expectations } = await runOne(environment, {
          scenario: parseScenario(
            `
guarantee: at-most-once
producers: { count: 1, rate: 1000/s, messages: 3000, overload: true }
consumers: { count: 1, commitEvery: 20, sessionTimeout: 6s }
faults:
  - { at: 500ms, for: 1s, on: producer-link, ${fault} }
${expected}
`,
            `answered-for-${kind.replace("_", "-")}.yaml`,
          ),
          seed: 1,
          out: theirs.out,
          observer: { line: () => {}, live: () => {} },
          signal: new AbortController().signal,
          repeatWith: "",
        });

        expect(faults.map(({ probe }) => probe)).toEqual([
          expect.stringMatching(ends === "closes" ? /^closed after \d+ ms/ : /^reset after \d+ ms/),
        ]);
        expect(verdict, reasons.join("; ")).toBe("inconclusive");
        if (kind === "down") {
          // More than its bound allows, which would break a run whose fault was as planned.
          expect(lostBy["in-transit"]).toBeGreaterThan(0);
          expect(expectations).toContainEqual(
            expect.objectContaining({ name: "lostBy.in-transit", verdict: "inconclusive" }),
          );
        }
        expect(reasons[0]).toContain(
          `the probe did not find the fault ${kind} on producer-link in force: something in front of the proxy`,
        );
      },
    );
  });

  it("reports that no published port is free", async () => {
    await using taken = await openServer(() => {});
    const proxies = [taken.port];
    await using environment = await openDocker({ progress: () => {}, ports: { ...ports, proxies } });
    const run = runOne(environment, {
      scenario,
      seed: 1,
      out: theirs.out,
      observer: { line: () => {}, live: () => {} },
      signal: new AbortController().signal,
      repeatWith: "",
    });

    await expect(run).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: `cannot create a proxy because all 1 ports from ${taken.port} on are taken`,
    });
    expect(await proxiesOf(theirs)).toEqual([]);
  });

  it.each([
    ["there is no Docker engine", "exit 1", /no Docker engine answers/],
    ["the services are down", "echo 28.2.2", /docker compose up --detach --wait kafka toxiproxy/],
  ])("says what to do when %s", async (_what, docker, advice) => {
    const [broker = 0, toxiproxy = 0] = await freePorts(2);
    const folder = mkdtempSync(join(tmpdir(), "lossbound-docker-"));
    try {
      writeFileSync(join(folder, "docker"), `#!/bin/sh\n${docker}\n`);
      chmodSync(join(folder, "docker"), 0o755);
      const env = { ...process.env, PATH: [folder, process.env["PATH"]].join(delimiter) };
      const opened = openDocker({ progress: () => {}, env, ports: { broker, toxiproxy, proxies: [] } });

      await expect(opened).rejects.toMatchObject({
        code: "ENVIRONMENT",
        message: expect.stringMatching(advice),
      });
      await expect(opened).rejects.toThrow(`no broker at 127.0.0.1:${broker}, no Toxiproxy at`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** An address that is reachable only through a forwarder, like that of a container. */
const behind = "127.0.0.2";

/** Toxiproxy's API as if in a container: a proxy on all addresses listens on the hidden address. */
async function openTranslator(toxiproxy: string): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((request, response) => {
    void (async () => {
      const { method = "GET", url = "/", headers } = request;
      const asked = (await text(request)).replaceAll("0.0.0.0:", `${behind}:`);
      const answer = await fetch(new URL(url, toxiproxy), {
        method,
        headers: { "user-agent": headers["user-agent"] ?? "", "content-type": "application/json" },
        ...(asked !== "" && { body: asked }),
      });
      response.statusCode = answer.status;
      response.setHeader("content-type", answer.headers.get("content-type") ?? "text/plain");
      response.end((await answer.text()).replaceAll(`${behind}:`, "0.0.0.0:"));
    })().catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function proxiesOf({ environment }: Laboratory): Promise<{ listen: string }[]> {
  const response = await fetch(`${environment.toxiproxy}/proxies`);
  return Object.values((await response.json()) as Record<string, { listen: string }>);
}

async function topicsOf({ environment }: Laboratory): Promise<string[]> {
  const { bootstrap } = environment;
  await using admin = kafkajsDriver.admin({
    clientId: "test",
    bootstrap,
    dial: dialDirectly(undefined),
    security: undefined,
  });
  await admin.connect();
  const { topics } = await admin.inventory();
  return topics.filter((topic) => !topic.startsWith("__"));
}

import { spawn } from "node:child_process";

import { describe, expect, it } from "vitest";

import { waitUntil } from "../../../src/base/wait.js";
import { freePorts } from "../../../src/processes/ports.js";
import { type Publishing, publish } from "../../../src/metrics/publish.js";
import { lastBy, readSeries } from "../../support/series.js";
import { toolForTests } from "../../support/tools.js";
import { finished, planOf } from "../../support/finished-run.js";

const gateway = toolForTests("prometheus-pushgateway", "pushgateway");
const { signal } = new AbortController();

/** Publishes the metrics of two runs, and closes at once. */
async function publishAndEnd(wanted: Partial<Publishing>) {
  const said: string[] = [];
  const notices: string[] = [];
  const complaints: string[] = [];
  await using publication = await publish({
    serve: undefined,
    lingerMs: undefined,
    pushgateway: undefined,
    ...wanted,
  });
  publication.exporter.finish(await finished("one", 100));
  publication.exporter.finish(await finished("other", 200));
  publication.exporter.announce(planOf("never-begun", 300));
  const voice = {
    say: (line: string) => void said.push(line),
    notify: (line: string) => void notices.push(line),
    warn: (line: string) => void complaints.push(line),
  };
  await publication.push(voice);
  await publication.linger(voice, signal);
  return { said, notices, complaints };
}

describe("a Pushgateway", () => {
  it.skipIf(gateway === undefined)("gets the metrics of each run, instead of the earlier ones", async () => {
    const [port] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const server = spawn(gateway!, [`--web.listen-address=127.0.0.1:${port}`], { stdio: "ignore" });
    try {
      const isReady = async (): Promise<boolean> => (await fetch(`${url}/-/ready`)).ok;
      await waitUntil("the Pushgateway", isReady, { limitMs: 20_000 });
      expect(await publishAndEnd({ pushgateway: url })).toEqual({
        said: [`pushed the metrics to ${url}`],
        notices: [],
        complaints: [],
      });
      await publishAndEnd({ pushgateway: `${url}/` });
      const text = await (await fetch(`${url}/metrics`)).text();
      const ours = text.split("\n").filter((line) => line.startsWith("lossbound_messages_planned{"));
      expect(lastBy(readSeries(ours.join("\n")), "lossbound_messages_planned", "scenario")).toEqual({
        one: 100,
        other: 200,
      });
    } finally {
      server.kill();
    }
  });

  it("that is unreachable causes only a warning", async () => {
    const [port] = await freePorts(1);
    for (const host of ["127.0.0.1", "localhost"]) {
      const pushgateway = `http://${host}:${port}`;
      const { said, complaints } = await publishAndEnd({ pushgateway });
      expect(said).toEqual([]);
      expect(complaints).toEqual([
        expect.stringMatching(new RegExp(`^cannot push the metrics to ${pushgateway}: .*ECONNREFUSED`)),
      ]);
    }
  });
});

it("the wait for a last scrape ends after its limit", async () => {
  const { notices, complaints } = await publishAndEnd({
    serve: { host: "127.0.0.1", port: 0 },
    lingerMs: 100,
  });
  expect(notices).toEqual([
    expect.stringMatching(/^waiting up to 100ms for a last scrape of http:.*\/metrics$/),
  ]);
  expect(complaints).toEqual([expect.stringMatching(/^no scrape of .* within 100ms of the end/)]);
});

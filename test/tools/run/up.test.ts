import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, it } from "vitest";

import { waitUntil } from "../../../src/base/wait.js";
import { aFolder } from "../../support/a-folder.js";
import { lossbound } from "../../support/lossbound.js";
import { type GrafanaSays, fakeGrafana } from "../../support/fake-grafana.js";
import { fakeTool, pathWith, processesWith } from "../../support/programs.js";
import { toolForTests } from "../../support/tools.js";
import { cli } from "../../support/paths.js";

const prometheus = toolForTests("prometheus");

const scenario = `
guarantee: at-most-once
producers: { rate: 1000/s, messages: 2000 }
consumers: { handle: 0ms }
expect: { lost: 0 }
`;

interface Up {
  child: ChildProcess;
  said: () => string;
  /** Waits for the address that it prints under a name. */
  address: (name: string) => Promise<string>;
  /** Sends Ctrl-C and returns the exit code. */
  interrupt: () => Promise<number | null>;
}

function startUp(args: readonly string[], env: NodeJS.ProcessEnv): Up {
  const child = spawn(process.execPath, [cli, "up", ...args], { env: { ...process.env, ...env } });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.resume();
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return {
    child,
    said: () => stderr,
    address: async (name) =>
      await waitUntil(
        `an address of ${name}`,
        () => new RegExp(`^${name} at (\\S+)$`, "m").exec(stderr)?.[1],
        { limitMs: 60_000, evidence: () => stderr },
      ),
    interrupt: async () => {
      child.kill("SIGINT");
      return await ended;
    },
  };
}

it.skipIf(prometheus === undefined)(
  "up runs scenarios in a loop with Prometheus and Grafana, until Ctrl-C stops everything",
  async () => {
    using folder = aFolder({ "steady.yaml": scenario });
    fakeGrafana(folder.path);
    const env = { PATH: pathWith(folder.file("bin")) };
    const up = startUp(["--repeat", "--out", folder.file("out"), folder.file("steady.yaml")], env);
    try {
      const [asked, shown] = [await up.address("prometheus"), await up.address("grafana")];
      const says = (await (await fetch(shown)).json()) as GrafanaSays;
      const provisioning = says.env["GF_PATHS_PROVISIONING"]!;
      const read = (file: string): string => readFileSync(join(provisioning, file, "lossbound.yaml"), "utf8");
      expect(JSON.parse(read("datasources"))).toMatchObject({
        datasources: [{ type: "prometheus", url: asked, isDefault: true }],
      });
      const { providers } = JSON.parse(read("dashboards")) as { providers: { options: { path: string } }[] };
      expect(existsSync(join(providers[0]!.options.path, "loss-and-throughput.json"))).toBe(true);
      expect(existsSync(says.env["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]!)).toBe(true);

      await waitUntil("a third round", () => /^round 3, seed \d+$/m.test(up.said()), {
        limitMs: 60_000,
        evidence: up.said,
      });
      // Two rounds of 2,000, and no increase was missed between them.
      const samples = await samplesOf(asked, "lossbound_messages_processed_total[10m]");
      expect(endsBetweenResets(samples).slice(0, 2), String(samples)).toEqual([2_000, 2_000]);

      expect(await up.interrupt()).toBe(0);
      expect(up.said()).not.toMatch(/goes on/);
      for (const url of [asked, shown, await up.address("metrics"), await up.address("toxiproxy")])
        await expect(fetch(url), url).rejects.toThrow("fetch failed");
      expect(existsSync(dirname(provisioning))).toBe(false);
      expect(existsSync(folder.file("out/steady/result.json"))).toBe(true);
    } finally {
      up.child.kill("SIGKILL");
    }
  },
);

/** Returns the samples that Prometheus scraped of the only series of a selector. */
async function samplesOf(prometheus: string, selector: string): Promise<number[]> {
  const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(selector)}`);
  const { data } = (await response.json()) as { data: { result: { values: [number, string][] }[] } };
  expect(data.result).toHaveLength(1);
  return data.result[0]!.values.map(([, value]) => Number(value));
}

/** Returns the last value of a counter before each reset, and its final value. */
function endsBetweenResets(samples: readonly number[]): number[] {
  return samples.filter((value, at) => !(samples[at + 1]! >= value));
}

it("up starts without Prometheus, Grafana and scenarios, and prints one install hint for each missing tool", async () => {
  using folder = aFolder({});
  // A tool that cannot print its version counts as missing.
  for (const tool of ["grafana", "prometheus"]) fakeTool(folder.file("bin"), tool, "exit 1");
  const up = startUp([], { PATH: pathWith(folder.file("bin")) });
  try {
    await waitUntil("it to be up", () => up.said().includes("stays up until you stop it"), {
      limitMs: 60_000,
      evidence: up.said,
    });
    expect(up.said().match(/^there is no .*$/gm)).toEqual([
      "there is no prometheus to store the metrics on PATH; all else goes on without",
      "there is no grafana to show the dashboards on PATH; all else goes on without",
    ]);
    expect(up.said()).toContain("apt-get install prometheus\n");
    expect((await fetch(await up.address("metrics"))).status).toBe(200);
    expect(await up.interrupt()).toBe(0);
    expect(up.said()).toMatch(/\nstopped everything that was started\n$/);
    expect(up.said()).not.toContain("interrupted");
  } finally {
    up.child.kill("SIGKILL");
  }
});

it.skipIf(prometheus === undefined)(
  "up reports once that Prometheus or Grafana has died, and keeps running",
  async () => {
    using folder = aFolder({});
    fakeGrafana(folder.path);
    const up = startUp([], { PATH: pathWith(folder.file("bin")) });
    try {
      const [asked, shown] = [await up.address("prometheus"), await up.address("grafana")];
      const { pid } = (await (await fetch(shown)).json()) as GrafanaSays;
      const [ofPrometheus] = processesWith(`--web.listen-address=${new URL(asked).host}`);
      for (const id of [pid, ofPrometheus!]) process.kill(id, "SIGKILL");
      const deaths = (): string[] => up.said().match(/^.* all else goes on without$/gm) ?? [];
      await waitUntil("both deaths to be said", () => deaths().length >= 2, {
        limitMs: 20_000,
        evidence: up.said,
      });
      expect((await fetch(await up.address("metrics"))).status).toBe(200);
      expect(await up.interrupt()).toBe(0);
      expect(deaths().toSorted()).toEqual([
        `grafana at ${new URL(shown).host} ended (SIGKILL); all else goes on without`,
        `prometheus at ${new URL(asked).host} ended (SIGKILL); all else goes on without`,
      ]);
    } finally {
      up.child.kill("SIGKILL");
    }
  },
);

it.skipIf(prometheus === undefined)("up continues without Grafana, when Grafana fails to start", async () => {
  using folder = aFolder({});
  fakeGrafana(folder.path);
  fakeTool(
    folder.file("bin"),
    "grafana",
    `[ "$1" = -v ] && { echo "grafana version 11.0.0"; exit; }; echo "no disk, no fun"; exit 1`,
  );
  const up = startUp([], { PATH: pathWith(folder.file("bin")) });
  try {
    await waitUntil("it to be up", () => up.said().includes("stays up until you stop it"), {
      limitMs: 60_000,
      evidence: up.said,
    });
    expect(up.said()).toMatch(/^grafana at \S+ exited during startup \(exit code 1\)\nno disk, no fun\n/m);
    expect((await fetch(`${await up.address("prometheus")}/-/ready`)).status).toBe(200);
    expect(await up.interrupt()).toBe(0);
  } finally {
    up.child.kill("SIGKILL");
  }
});

it("up prints the error of a failed run and continues with the next round", async () => {
  using folder = aFolder({ "steady.yaml": scenario });
  for (const tool of ["grafana", "prometheus"]) fakeTool(folder.file("bin"), tool, "exit 1");
  const args = ["--repeat", "--out", folder.file("out"), folder.file("steady.yaml")];
  const up = startUp(args, { PATH: pathWith(folder.file("bin")) });
  const waitFor = async (what: string, look: () => boolean): Promise<unknown> =>
    await waitUntil(what, look, { limitMs: 60_000, evidence: up.said });
  try {
    const target = folder.file("out/steady");
    await waitFor("a first result", () => existsSync(join(target, "result.json")));
    // A file that is not from lossbound: no run may replace it.
    rmSync(target, { recursive: true });
    writeFileSync(target, "");
    await waitFor("an error", () => /^round \d+ ended with that; all else goes on$/m.test(up.said()));
    rmSync(target);
    await waitFor("another result", () => existsSync(join(target, "result.json")));
    expect(up.said()).toContain(target);
    expect(await up.interrupt()).toBe(0);
  } finally {
    up.child.kill("SIGKILL");
  }
});

it("up rejects what it cannot run before it starts anything", async () => {
  const swept = scenario.replace("rate: 1000/s", "rate: [1000/s, 2000/s]");
  using folder = aFolder({ "swept.yaml": swept, "steady.yaml": scenario, "out-file": "" });
  const ofSweep = await lossbound(["up", folder.file("swept.yaml")]);
  const ofPlace = await lossbound(["up", "--out", folder.file("out-file"), folder.file("steady.yaml")]);
  for (const { code, stderr } of [ofSweep, ofPlace]) {
    expect(code, stderr).toBe(64);
    expect(stderr).not.toContain("brokers at");
  }
  expect(ofSweep.stderr).toContain("lossbound sweep");
  expect(ofPlace.stderr).toContain("cannot write results");
});

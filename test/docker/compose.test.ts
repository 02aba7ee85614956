import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { text as readText } from "node:stream/consumers";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";

import { waitUntil } from "../../src/base/wait.js";
import type { Result } from "../../src/results/result.js";
import { cli, inRepository, repository } from "../support/paths.js";
import { type Engine, engineFolder, startEngine } from "./engine.js";
import { goTools, makeImages } from "./images.js";

const execute = promisify(execFile);

/** Why there can be no engine of our own here; `undefined`: there can. */
const obstacle = systemObstacle() ?? missingTools();
if (obstacle !== undefined) process.stderr.write(`${obstacle}: the tests on a Docker engine are skipped\n`);

describe.skipIf(obstacle !== undefined)("docker compose, on a real engine", () => {
  let folder: ReturnType<typeof engineFolder>;
  let engine: Engine;
  let before: string[];

  const compose = (...args: string[]): Promise<string> =>
    engine.docker(["compose", "--project-directory", repository, ...args], { cwd: repository });

  beforeAll(async () => {
    before = bridgesHere();
    folder = engineFolder();
    const compose = join(await goTools("compose"), "cmd");
    // What builds needs the registries, which only the machine's own network reaches.
    {
      await using builder = await startEngine(folder.path, { network: "machine", compose });
      await makeImages(builder, imageNames(), folder.path);
      const lossbound = ["build", "--network=host", "--tag=lossbound:local", repository];
      await builder.docker(lossbound);
    }
    engine = await startEngine(folder.path, { network: "own", compose });
  }, 40 * 60_000);
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    folder?.[Symbol.dispose]();
  }, 300_000);

  it("comes up, every service healthy, and each as it is meant to be", async () => {
    await compose("up", "--detach", "--wait", "--wait-timeout", "300", "--no-build");

    const services = (await compose("ps", "--format", "json"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { Service: string; Health: string });
    expect(Object.fromEntries(services.map(({ Service, Health }) => [Service, Health]))).toEqual({
      grafana: "healthy",
      kafka: "healthy",
      lossbound: "healthy",
      prometheus: "healthy",
      toxiproxy: "healthy",
    });
    const status = await compose("exec", "lossbound", "cat", "/proc/1/status");
    expect(status).toMatch(/^Uid:\t1000\t1000/m);
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  }, 600_000);

  it("has Prometheus scrape lossbound and load the rules, and Grafana find its files", async () => {
    const api = async <T>(path: string): Promise<T> => {
      const answer = await onHost("curl", "--silent", `http://127.0.0.1:9090/api/v1/${path}`);
      return (JSON.parse(answer) as { data: T }).data;
    };
    const targets = async () => (await api<{ activeTargets: { health: string }[] }>("targets")).activeTargets;
    await waitUntil("the target to be up", async () => (await targets())[0]?.health === "up", {
      limitMs: 120_000,
    });
    const { groups } = await api<{ groups: { rules: { health: string }[] }[] }>("rules");
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(15);
    expect(rules.filter(({ health }) => health !== "ok" && health !== "unknown")).toEqual([]);

    const given = JSON.parse(await onHost("curl", "--silent", "http://127.0.0.1:3000/")) as Given;
    expect(given.dashboards).toEqual(readdirSync(inRepository("dashboards", "out")));
    expect(given.home).toBe("lossbound-loss-and-throughput");
    expect(given.mayWrite).toEqual([]);
    expect(given.prometheusIsReady).toBe(true);
    for (const [file, provisioned] of Object.entries(given.provisioning)) {
      const kind = file.includes("datasources") ? "datasources.yml" : "dashboards.yml";
      expect(provisioned).toBe(readFileSync(inRepository("docker", "grafana", kind), "utf8"));
    }
  }, 300_000);

  it("runs its two scenarios to a verdict", async () => {
    const resultOf = async (scenario: string): Promise<Result | undefined> =>
      await compose("exec", "lossbound", "cat", `lossbound-results/${scenario}/result.json`).then(
        (text) => JSON.parse(text) as Result,
        () => undefined,
      );
    for (const scenario of ["producer-blackhole", "consumer-kill"]) {
      const { verdict, reasons, messages } = await waitUntil(
        `the result of ${scenario}`,
        async () => await resultOf(scenario),
        { limitMs: 200_000, everyMs: 1000 },
      );
      expect(["held", "inconclusive"], reasons.join("; ")).toContain(verdict);
      expect(messages.lost).toBeGreaterThan(0);
    }
  }, 420_000);

  it("runs a scenario of a folder of the user, and gives its result to that folder", async () => {
    const mine = join(folder.path, "mine");
    mkdirSync(join(mine, "lossbound-results"), { recursive: true });
    chownSync(join(mine, "lossbound-results"), 1000, 1000);
    cpSync(inRepository("scenarios", "baseline.yaml"), join(mine, "my.yaml"));
    await compose("stop", "lossbound");
    await compose(
      "run",
      "--rm",
      `--volume=${mine}:/home/node/mine:ro`,
      `--volume=${join(mine, "lossbound-results")}:/home/node/lossbound-results`,
      "lossbound",
      "run",
      "--environment=docker",
      "mine/my.yaml",
    ).catch((error: unknown) => {
      // A busy machine may miss the load, which says nothing about the mount.
      if ((error as { code?: number }).code !== 2) throw error;
    });

    const result = resultIn(join(mine, "lossbound-results", "my"));
    expect(["held", "inconclusive"], result.reasons.join("; ")).toContain(result.verdict);
    expect(result.messages.lost).toBe(0);
    await compose("start", "lossbound");
  }, 300_000);

  it("ends a run in order when it is stopped in the middle of a fault, and leaves no proxy behind", async () => {
    const proxies = (): Promise<string> => onHost("curl", "--silent", "http://127.0.0.1:8474/proxies");
    // The run that the test before began, or one after it: they go on for ever.
    await waitUntil("a fault", async () => (await proxies()).includes('"toxics":[{'), {
      limitMs: 120_000,
      everyMs: 50,
    });

    await compose("stop", "lossbound");

    expect(await proxies()).toBe("{}");
    const [stopped] = (await compose("ps", "--all", "--format", "json", "lossbound")).trim().split("\n");
    expect(JSON.parse(stopped!)).toMatchObject({ State: "exited", ExitCode: 130 });
  }, 240_000);

  it.each([
    ["consumer-kill", ["held", "inconclusive"], ""],
    ["producer-link-down", ["inconclusive"], "something in front of the proxy accepts connections"],
  ])(
    "lets the host run %s through the published ports",
    async (scenario, verdicts, doubt) => {
      const out = join(folder.path, "results");
      const [command, args] = engine.onHost(
        process.execPath,
        cli,
        "run",
        "--environment",
        "docker",
        "--out",
        out,
        inRepository("scenarios", `${scenario}.yaml`),
      );
      await output(spawn(command, args, { cwd: repository, env: engine.env }));

      const result = resultIn(join(out, scenario));
      expect(verdicts, result.reasons.join("; ")).toContain(result.verdict);
      expect(result.reasons.join("; ")).toContain(doubt);
      rmSync(out, { recursive: true });
    },
    300_000,
  );

  it("goes away without a trace", async () => {
    await compose("down", "--volumes");

    expect((await engine.docker(["ps", "--all", "--quiet"])).trim()).toBe("");
    expect((await engine.docker(["volume", "ls", "--quiet"])).trim()).toBe("");
    expect(bridgesHere()).toEqual(before);
  }, 120_000);

  async function onHost(command: string, ...args: string[]): Promise<string> {
    const [program, all] = engine.onHost(command, ...args);
    return (await execute(program, all, { timeout: 60_000 })).stdout;
  }
});

function resultIn(run: string): Result {
  return JSON.parse(readFileSync(join(run, "result.json"), "utf8")) as Result;
}

interface Given {
  provisioning: Record<string, string>;
  dashboards: string[];
  home: string;
  mayWrite: string[];
  prometheusIsReady: boolean;
}

/** Names of the images that nothing can pull here. */
function imageNames() {
  const { services } = parse(readFileSync(inRepository("docker-compose.yml"), "utf8")) as {
    services: Record<"kafka" | "toxiproxy" | "prometheus" | "grafana", { image: string }>;
  };
  const [, node] = /^FROM (node:\S+)/m.exec(readFileSync(inRepository("Dockerfile"), "utf8"))!;
  const { kafka, toxiproxy, prometheus, grafana } = services;
  return {
    node: node!,
    kafka: kafka.image,
    toxiproxy: toxiproxy.image,
    prometheus: prometheus.image,
    grafana: grafana.image,
  };
}

/** The machine's network devices: an engine of our own adds none. */
function bridgesHere(): string[] {
  return readdirSync("/sys/class/net").toSorted();
}

async function output(child: ChildProcess): Promise<string> {
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [printed] = await Promise.all([readText(child.stdout!), readText(child.stderr!), ended]);
  return printed;
}

/** What nobody can install: Linux, root, and a kernel that gives root namespaces of its own. */
function systemObstacle(): string | undefined {
  if (process.platform !== "linux") return "this is not Linux";
  if (process.getuid?.() !== 0) return "this is not root";
  const { status, stderr } = spawnSync("unshare", ["--net", "--mount", "true"], { encoding: "utf8" });
  return status === 0 ? undefined : `no namespaces: ${stderr.trim() || "unshare not found"}`;
}

/** @throws if some are missing and LOSSBOUND_REQUIRE_TOOLS is 1: there, a skipped test would hide something. */
function missingTools(): string | undefined {
  const wanted = ["docker", "dockerd", "debootstrap", "ip", "iptables", "nsenter", "curl", "go"];
  const missing = wanted.filter((name) => !isOnPath(name));
  if (missing.length === 0) return undefined;
  const obstacle = `${missing.join(", ")} not on PATH`;
  if (process.env["LOSSBOUND_REQUIRE_TOOLS"] === "1") throw new Error(obstacle);
  return obstacle;
}

function isOnPath(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((place) => {
    try {
      accessSync(join(place, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

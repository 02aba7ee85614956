import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

import { describe, expect, test, vi } from "vitest";

import { waitUntil, within } from "../../../../src/base/wait.js";
import { partsFolder } from "../../../../src/environment/local/cached-part.js";
import { kafkaRelease } from "../../../../src/environment/local/kafka-jars.js";
import { openLocal, type LocalEnvironment } from "../../../../src/environment/local/local.js";
import { freePorts } from "../../../../src/processes/ports.js";
import { identify } from "../../../../src/processes/identity.js";
import { requireTool } from "../../../../src/environment/local/tools.js";
import { toxiproxyPart } from "../../../../src/environment/local/toxiproxy-server.js";
import { readState, runningFolder, stateFileOf } from "../../../../src/processes/warden-state.js";
import { fakeTool, scratchCache } from "../../../support/programs.js";

/** The first run downloads the parts into the user's cache. */
const firstRunMs = 300_000;
const soon = { limitMs: 60_000, everyMs: 10 };

vi.mock(import("../../../../src/processes/ports.js"), async (original) => {
  const ports = await original();
  return { ...ports, freePorts: vi.fn(ports.freePorts) };
});

describe.each([1, 3] as const)("a local environment of %i broker(s)", (brokers) => {
  test("serves Kafka's own tools and leaves nothing behind", { timeout: firstRunMs }, async () => {
    const env = await openLocal({ brokers: { count: brokers }, progress: (line) => console.log(line) });
    const folder = dirname(dirname(env.logDirs[0]!));
    const pids = [...env.brokers.map(({ process }) => process.pid), env.proxy.pid];
    try {
      expect(env.versions).toEqual({ broker: "4.1.0", proxy: expect.any(String) });
      expect(env.bootstrap).toHaveLength(brokers);
      expect((await fetch(`${env.toxiproxy}/version`)).status).toBe(200);
      await kafkaTool(env, "org.apache.kafka.tools.TopicCommand", [
        "--create",
        `--bootstrap-server=${env.bootstrap.join()}`,
        "--topic=shared-topic",
        `--replication-factor=${brokers}`,
      ]);
      for (const logDir of env.logDirs) {
        await waitUntil(`the topic in ${logDir}`, () => existsSync(join(logDir, "shared-topic-0")), soon);
      }
    } finally {
      await env[Symbol.asyncDispose]();
    }
    expect(pids.map(identify)).toEqual(pids.map(() => undefined));
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(stateFileOf(idOf(folder)))).toBe(false);
  });
});

describe("a local environment", () => {
  test("tries other ports when one was taken before the start", { timeout: firstRunMs }, async () => {
    const [taken = 0, ...others] = await freePorts(3);
    // If another Toxiproxy takes the port, that one answers instead.
    const squatter = createServer((request, response) => {
      response.statusCode = request.url === "/version" ? 200 : 404;
      response.end();
    });
    await new Promise<void>((resolve) => squatter.listen(taken, "127.0.0.1", resolve));
    try {
      for (const ports of [
        [taken, ...others],
        [others[0]!, taken, others[1]!],
      ]) {
        vi.mocked(freePorts).mockResolvedValueOnce(ports);
        const lines: string[] = [];
        await using env = await openLocal({ brokers: { count: 1 }, progress: (line) => lines.push(line) });
        expect(lines).toEqual([
          expect.stringMatching(/another process took a port before it started; trying other ports$/),
        ]);
        expect(env.bootstrap).not.toContain(`127.0.0.1:${taken}`);
        const runs = dirname(dirname(dirname(env.logDirs[0]!)));
        const id = idOf(dirname(dirname(env.logDirs[0]!)));
        expect(readdirSync(runs).filter((name) => name.includes(id))).toHaveLength(1);
      }
    } finally {
      squatter.close();
    }
  });

  test("leaves nothing behind when its start is cancelled", { timeout: firstRunMs }, async () => {
    const before = new Set(readdirSync(runningFolder()));
    const giveUp = new AbortController();
    const opening = openLocal({ brokers: { count: 1 }, progress: () => {}, signal: giveUp.signal });
    // Other test files may be starting an environment at the same time.
    const isOurs = (name: string) => readState(join(runningFolder(), name))?.lossbound.pid === process.pid;
    const ours = () => readdirSync(runningFolder()).find((name) => !before.has(name) && isOurs(name));
    const stateFile = join(runningFolder(), await waitUntil("its state", ours, soon));
    const broker = () => readState(stateFile)?.processes.find(({ name }) => name.startsWith("broker"));
    const { pid } = await waitUntil("its broker to start", broker, soon);
    const { folders = [] } = readState(stateFile) ?? {};
    giveUp.abort(new Error("enough"));
    await expect(opening).rejects.toThrow("enough");
    expect(identify(pid)).toBeUndefined();
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
    expect(existsSync(stateFile)).toBe(false);
  });

  test("fails with the last output of a broker that cannot start", { timeout: firstRunMs }, async () => {
    const parts = [kafkaRelease().part, toxiproxyPart].map((part) => join(partsFolder(), part));
    const { path: java } = await requireTool("java");
    const scratch = scratchCache();
    mkdirSync(partsFolder(), { recursive: true });
    for (const part of parts) if (existsSync(part)) symlinkSync(part, join(partsFolder(), basename(part)));
    // A Java that can format, but cannot run a broker, neither to archive its classes nor to serve.
    const script = `case "$*" in *kafka.Kafka*) echo no heap for you; exit 9;; esac; exec ${java} "$@"`;
    fakeTool(join(scratch, "home", "bin"), "java", script);
    vi.stubEnv("JAVA_HOME", join(scratch, "home"));
    const lines: string[] = [];
    await expect(
      openLocal({ brokers: { count: 1 }, progress: (line) => lines.push(line) }),
    ).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringMatching(
        /^broker 0 at 127\.0\.0\.1:[0-9]+ exited during startup \(exit code 9\)$/,
      ),
      detail: "no heap for you",
    });
    expect(lines).toContainEqual(
      expect.stringMatching(/^cannot create a class-data archive, .*no heap for you/),
    );
  });

  test(
    "reports the death of its warden and has no brokers left afterwards",
    { timeout: firstRunMs },
    async () => {
      await using env = await openLocal({ brokers: { count: 1 }, progress: () => {} });
      const [broker] = env.brokers;
      process.kill(readState(stateFileOf(idOf(dirname(dirname(broker!.logDir)))))!.warden.pid, "SIGKILL");
      await within("the broker to be ended", broker!.process.ended, 60_000);
      expect(env.died.reason).toMatchObject({ code: "ENVIRONMENT" });
      expect(identify(broker!.process.pid)).toBeUndefined();
      expect(existsSync(broker!.logDir)).toBe(false);
    },
  );
});

async function kafkaTool(env: LocalEnvironment, tool: string, args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(env.java, [
    "-cp",
    env.classpath,
    "-Dlog4j2.level=ERROR",
    tool,
    ...args,
  ]);
  return stdout;
}

/** Returns the id in the folder name `lossbound-<id>-local`. */
function idOf(folder: string): string {
  return /lossbound-([^-]+)-local$/.exec(folder)![1]!;
}

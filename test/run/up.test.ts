import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, it } from "vitest";

import { waitUntil } from "../../src/base/wait.js";
import { aFolder } from "../commands/lossbound.js";
import { type GrafanaSays, fakeGrafana } from "../environment/fake-grafana.js";
import { fakeTool, pathWith } from "../environment/scratch.js";
import { toolForTests } from "../support/tools.js";

const prometheus = toolForTests("prometheus");
const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

const scenario = `
guarantee: at-most-once
producers: { rate: 1000/s, messages: 2000 }
consumers: { handle: 0ms }
expect: { lost: 0 }
`;

interface Up {
  child: ChildProcess;
  said: () => string;
  /** What it says is at an address. */
  address: (name: string) => Promise<string>;
  /** Ctrl-C, and the exit code. */
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
  "up runs scenarios again and again under the eyes of Prometheus and Grafana, until Ctrl-C ends it all",
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
      const query = "sum(increase(lossbound_messages_processed_total[5m]))";
      const response = await fetch(`${asked}/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      expect(Number(data.result[0]!.value[1])).toBeGreaterThan(3_900);
      expect(Number(data.result[0]!.value[1])).toBeLessThan(4_600);

      expect(await up.interrupt()).toBe(130);
      for (const url of [asked, shown, await up.address("metrics"), await up.address("toxiproxy")])
        await expect(fetch(url), url).rejects.toThrow("fetch failed");
      expect(existsSync(dirname(provisioning))).toBe(false);
      expect(existsSync(folder.file("out/steady/result.json"))).toBe(true);
    } finally {
      up.child.kill("SIGKILL");
    }
  },
);

it("up does without what is missing, says once how to get it, and needs no scenario", async () => {
  using folder = aFolder({});
  // One that cannot say its version is none.
  for (const tool of ["grafana", "prometheus"]) fakeTool(folder.file("bin"), tool, "exit 1");
  const up = startUp([], { PATH: pathWith(folder.file("bin")) });
  try {
    await waitUntil("it to be up", () => up.said().includes("stays up until you stop it"), {
      limitMs: 60_000,
      evidence: up.said,
    });
    expect(up.said().match(/^there is no .*$/gm)).toEqual([
      "there is no prometheus to keep what the metrics say on PATH; all else goes on without",
      "there is no grafana to show the dashboards on PATH; all else goes on without",
    ]);
    expect(up.said()).toContain("apt-get install prometheus\n");
    expect((await fetch(await up.address("metrics"))).status).toBe(200);
    expect(await up.interrupt()).toBe(130);
  } finally {
    up.child.kill("SIGKILL");
  }
});

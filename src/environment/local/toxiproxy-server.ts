import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { cachedPart } from "./cached-part.js";
import type { Hosting, Progress } from "../../processes/hosting.js";
import { localHost } from "../../processes/ports.js";
import { runToEnd } from "../../processes/run-to-end.js";
import { findTool, requireTool } from "./tools.js";
import type { HostedProcess } from "../../processes/hosted-process.js";

/** The Toxiproxy server as it can be started. */
export interface ToxiproxyServer {
  readonly command: string;
  /** Of the install: a server that was built by `go install` calls itself "git". */
  readonly version: string;
}

const toxiproxyVersion = "2.12.0";
export const toxiproxyPart = `toxiproxy-server-${toxiproxyVersion}`;

const source = `github.com/Shopify/toxiproxy/v2/cmd/server@v${toxiproxyVersion}`;

/** 22 s on two cores with nothing in Go's own cache. */
const buildLimitMs = 15 * 60_000;
const answerLimitMs = 1_000;

/** The one on PATH, or one that Go builds into the cache if it is not there yet. */
export async function obtainToxiproxy(
  hosting: Hosting,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ToxiproxyServer> {
  const onPath = await findTool("toxiproxy-server");
  if (onPath) return { command: onPath.path, version: onPath.version };
  const place = await cachedPart(hosting, toxiproxyPart, async (folder, into) => {
    const go = await requireTool("go");
    progress(
      `building Toxiproxy ${toxiproxyVersion} (16 MB, half a minute) with go install, once, into ${into}`,
    );
    const bin = join(folder, "bin");
    await mkdir(bin);
    await runToEnd(
      hosting,
      {
        name: "go install, to build Toxiproxy (the cache is unharmed, the next run tries again),",
        command: go.path,
        args: ["install", source],
        env: { GOBIN: bin },
        cwd: folder,
        output: join(folder, "go.log"),
      },
      { limitMs: buildLimitMs, signal },
    );
    await rename(join(bin, "server"), join(folder, "toxiproxy-server"));
    await rm(bin, { recursive: true });
  });
  return { command: join(place, "toxiproxy-server"), version: toxiproxyVersion };
}

/** One Toxiproxy to be started. */
export interface ToxiproxyPlan {
  readonly port: number;
  /** Folder for its output and its first proxy. */
  readonly folder: string;
  /** Name of a proxy that it has from its start, switched off: it shows whose server answers. */
  readonly mark: string;
}

/** Starts it; it is ready once `isServing`. */
export async function startToxiproxy(
  hosting: Hosting,
  server: ToxiproxyServer,
  plan: ToxiproxyPlan,
): Promise<HostedProcess> {
  const proxies = join(plan.folder, "toxiproxy.json");
  const proxy = {
    name: plan.mark,
    listen: `${localHost}:0`,
    upstream: `${localHost}:1`,
    enabled: false,
  };
  await writeFile(proxies, JSON.stringify([proxy]));
  return await hosting.start({
    name: `toxiproxy at ${localHost}:${plan.port}`,
    command: server.command,
    args: ["-host", localHost, "-port", String(plan.port), "-config", proxies],
    output: toxiproxyOutput(plan),
  });
}

export function toxiproxyOutput(plan: ToxiproxyPlan): string {
  return join(plan.folder, "toxiproxy.log");
}

export function toxiproxyUrl(plan: ToxiproxyPlan): string {
  return `http://${localHost}:${plan.port}`;
}

/**
 * Whether it answers. A Toxiproxy whose port is taken says so and lives on, and the one that took it
 * answers in its place: only the mark, which is taken away with this, shows that it is ours.
 */
export async function isServing(plan: ToxiproxyPlan): Promise<boolean> {
  const response = await fetch(`${toxiproxyUrl(plan)}/proxies/${plan.mark}`, {
    method: "DELETE",
    signal: AbortSignal.timeout(answerLimitMs),
  });
  await response.text();
  return response.ok;
}

import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { cachedPart } from "./cached-part.js";
import type { Hosting, Progress } from "../../processes/hosting.js";
import { localHost } from "../../processes/ports.js";
import { runToEnd } from "../../processes/run-to-end.js";
import { findTool, requireTool } from "./tools.js";
import type { HostedProcess } from "../../processes/hosted-process.js";

/** A Toxiproxy server program. */
export interface ToxiproxyServer {
  readonly command: string;
  /** The installed version; a server built by `go install` reports "git" as its own. */
  readonly version: string;
}

const toxiproxyVersion = "2.12.0";
export const toxiproxyPart = `toxiproxy-server-${toxiproxyVersion}`;

const source = `github.com/Shopify/toxiproxy/v2/cmd/server@v${toxiproxyVersion}`;

/** A build takes 22 s on two cores with an empty Go cache. */
const buildLimitMs = 15 * 60_000;
const answerLimitMs = 1_000;

/** Returns the server on PATH, or the cached one, which Go builds if it is missing. */
export async function obtainToxiproxy(
  hosting: Hosting,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ToxiproxyServer> {
  const onPath = await findTool("toxiproxy-server");
  if (onPath) return { command: onPath.path, version: onPath.version };
  const cached = await cachedPart(hosting, toxiproxyPart, async (folder, destination) => {
    const go = await requireTool("go");
    progress(
      `building Toxiproxy ${toxiproxyVersion} with go install (once, 16 MB, about 30 s) in ${destination}`,
    );
    const bin = join(folder, "bin");
    await mkdir(bin);
    await runToEnd(
      hosting,
      {
        name: "the build of Toxiproxy with go install (the cache is unchanged; the next run retries)",
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
  return { command: join(cached, "toxiproxy-server"), version: toxiproxyVersion };
}

/** The plan of a Toxiproxy process. */
export interface ToxiproxyPlan {
  readonly port: number;
  /** Folder for its output and for the file with its first proxy. */
  readonly folder: string;
  /** Name of a disabled proxy that it has from the start. It proves that this server answers. */
  readonly mark: string;
}

/** Starts Toxiproxy; it is ready once `isServing` returns true. */
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
 * Whether this Toxiproxy answers. If its port is taken, Toxiproxy prints an error and keeps
 * running, and the server on that port answers instead. Only the mark, which this call deletes,
 * proves that it is the right one.
 */
export async function isServing(plan: ToxiproxyPlan): Promise<boolean> {
  const response = await fetch(`${toxiproxyUrl(plan)}/proxies/${plan.mark}`, {
    method: "DELETE",
    signal: AbortSignal.timeout(answerLimitMs),
  });
  await response.text();
  return response.ok;
}

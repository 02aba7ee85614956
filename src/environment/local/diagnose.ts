import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { cacheFolder } from "../../base/cache-folder.js";
import { partsFolder } from "./cached-part.js";
import { kafkaRelease } from "./kafka-jars.js";
import { folderPrefix } from "../../processes/owned-folder.js";
import { findLeftovers, type Leftover } from "../../processes/leftovers.js";
import { findTool, wantedOf, type Tool, type ToolName } from "./tools.js";
import { toxiproxyPart } from "./toxiproxy-server.js";

/** The state of this machine as `doctor` reports it. */
export interface Diagnosis {
  readonly node: {
    readonly version: string;
    readonly path: string;
    readonly isGoodEnough: boolean;
  };
  readonly tools: readonly ToolDiagnosis[];
  /** Tools that a run does not need, but that other commands use. */
  readonly optional: readonly OptionalTool[];
  readonly cache: { readonly folder: string; readonly parts: readonly CachedPart[] };
  /** Leftovers of runs that were killed along with their wardens. */
  readonly leftovers: readonly Leftover[];
}

export interface OptionalTool {
  readonly name: ToolName;
  /** `to show the dashboards` */
  readonly purpose: string;
  readonly found: Tool | undefined;
  /** How to install it, one line each. */
  readonly install: readonly string[];
}

export interface ToolDiagnosis extends OptionalTool {
  /** `java 17 or newer to run Apache Kafka` */
  readonly wanted: string;
  /** Whether the local environment needs it, given the cached parts and the tools on PATH. */
  readonly isNeeded: boolean;
}

const optional = ["prometheus", "promtool", "grafana", "docker"] as const;

export interface CachedPart {
  /** Name of its folder. */
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
}

/** Examines this machine without changing anything. */
export async function diagnose(): Promise<Diagnosis> {
  const [java, mvn, go, toxiproxy, parts] = await Promise.all([
    findTool("java"),
    findTool("mvn"),
    findTool("go"),
    findTool("toxiproxy-server"),
    cachedParts(),
  ]);
  const isCached = (name: string): boolean => existsSync(join(partsFolder(), name));
  return {
    node: nodeHere(),
    tools: [
      { name: "java", isNeeded: true, found: java, ...wantedOf("java") },
      { name: "mvn", isNeeded: !isCached(kafkaRelease().part), found: mvn, ...wantedOf("mvn") },
      {
        name: "go",
        isNeeded: !toxiproxy && !isCached(toxiproxyPart),
        found: go,
        ...wantedOf("go"),
      },
      {
        name: "toxiproxy-server",
        isNeeded: false,
        found: toxiproxy,
        ...wantedOf("toxiproxy-server"),
      },
    ],
    optional: await Promise.all(
      optional.map(async (name) => {
        const { purpose, install } = wantedOf(name);
        return { name, purpose, found: await findTool(name), install };
      }),
    ),
    cache: { folder: cacheFolder(), parts },
    leftovers: findLeftovers(),
  };
}

/** The same version as `engines` in package.json. */
const nodeAtLeast = [20, 19] as const;

function nodeHere(): Diagnosis["node"] {
  const version = process.versions.node;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isGoodEnough = major > nodeAtLeast[0] || (major === nodeAtLeast[0] && minor >= nodeAtLeast[1]);
  return { version, path: process.execPath, isGoodEnough };
}

async function cachedParts(): Promise<CachedPart[]> {
  if (!existsSync(partsFolder())) return [];
  const names = (await readdir(partsFolder())).filter((name) => !name.startsWith(folderPrefix)).toSorted();
  return await Promise.all(
    names.map(async (name) => ({
      name,
      version: /[0-9]+\.[0-9]+\.[0-9]+/.exec(name)?.[0] ?? "unknown",
      bytes: await sizeOf(join(partsFolder(), name)),
    })),
  );
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

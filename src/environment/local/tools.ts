import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

import { LossboundError } from "../../base/errors.js";

/** The external programs that lossbound can use. */
export type ToolName =
  | "java"
  | "mvn"
  | "go"
  | "toxiproxy-server"
  | "prometheus"
  | "promtool"
  | "grafana"
  | "docker";

export interface Tool {
  readonly name: ToolName;
  readonly path: string;
  readonly version: string;
  /** The whole output of its version command. */
  readonly says: string;
  /** Whether the version is new enough. */
  readonly isGoodEnough: boolean;
}

interface ToolFacts {
  /** Other names of the program. */
  alsoCalled?: readonly string[];
  /** Whether Debian installs it in `sbin`, which only root has on PATH, next to `bin`. */
  isInSbin?: true;
  /** The argument that makes it print its version. */
  versionArgument: string;
  version: RegExp;
  atLeast?: readonly [major: number, minor: number];
  purpose: string;
  install: readonly string[];
}

const external = "use --environment external with an existing cluster and Toxiproxy";

const facts: Record<ToolName, ToolFacts> = {
  java: {
    versionArgument: "-version",
    version: /version "([^"]+)"/,
    atLeast: [17, 0],
    purpose: "to run Apache Kafka",
    install: [
      "Debian: apt-get install default-jre-headless",
      "macOS: brew install openjdk@17, and put its bin folder on PATH, or set JAVA_HOME",
      `or ${external}`,
    ],
  },
  mvn: {
    versionArgument: "-version",
    version: /Apache Maven ([\w.-]+)/,
    purpose: "to download Apache Kafka once",
    install: ["Debian: apt-get install maven", "macOS: brew install maven", `or ${external}`],
  },
  go: {
    versionArgument: "version",
    version: /go version go(\S+)/,
    atLeast: [1, 23],
    purpose: "to build the Toxiproxy server once",
    install: [
      "Debian: apt-get install golang-go (from backports if it is older than 1.23)",
      "macOS: brew install go",
      "or put toxiproxy-server on PATH (macOS: brew install shopify/shopify/toxiproxy)",
      `or ${external}`,
    ],
  },
  "toxiproxy-server": {
    versionArgument: "-version",
    version: /version (\S+)/,
    purpose: "to apply faults between Kafka and its clients",
    install: [
      "macOS: brew install shopify/shopify/toxiproxy",
      "or install go, so that lossbound can build it",
    ],
  },
  prometheus: {
    versionArgument: "--version",
    version: /version (\S+)/,
    purpose: "to store the metrics",
    install: ["Debian: apt-get install prometheus", "macOS: brew install prometheus"],
  },
  promtool: {
    versionArgument: "--version",
    version: /version (\S+)/,
    purpose: "to load a run's metrics.om into Prometheus",
    install: ["it is part of prometheus"],
  },
  grafana: {
    alsoCalled: ["grafana-server"],
    isInSbin: true,
    // An option that both names support.
    versionArgument: "-v",
    version: /version (\S+)/i,
    purpose: "to show the dashboards",
    install: [
      "Debian: download a package from https://grafana.com/grafana/download",
      "macOS: brew install grafana",
      "or load dashboards/out into an existing Grafana (see docs/dashboards.md)",
    ],
  },
  docker: {
    versionArgument: "--version",
    version: /version ([^\s,]+)/i,
    purpose: "for `docker compose up` and --environment docker",
    install: ["https://docs.docker.com/get-started/get-docker/"],
  },
};

/** A JVM on a busy machine takes a second to print its version. */
const runLimitMs = 30_000;

/** Finds an installed tool; returns `undefined` if it is not installed or does not run. */
export async function findTool(
  name: ToolName,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Tool | undefined> {
  const path = locate(name, env);
  const says = path && (await outputOf(path, facts[name].versionArgument));
  if (path === undefined || says === undefined) return undefined;
  const version = facts[name].version.exec(says)?.[1] ?? "unknown";
  return { name, path, version, says, isGoodEnough: isAtLeast(version, facts[name].atLeast) };
}

/** Returns the required version, the purpose, and how to install the tool or do without it. */
export function wantedOf(name: ToolName): { wanted: string; purpose: string; install: readonly string[] } {
  const { atLeast, purpose, install } = facts[name];
  return { purpose, wanted: `${name}${atLeast ? ` ${trimmed(atLeast)} or newer` : ""} ${purpose}`, install };
}

/**
 * Finds a tool that is new enough.
 *
 * @throws LossboundError `ENVIRONMENT` that says how to install the tool or do without it.
 */
export async function requireTool(name: ToolName): Promise<Tool> {
  const tool = await findTool(name);
  if (tool?.isGoodEnough) return tool;
  const { atLeast, purpose, install } = facts[name];
  const required = `${name}${atLeast ? ` ${trimmed(atLeast)} or newer` : ""} is required ${purpose}`;
  const found = tool ? `${tool.path} is version ${tool.version}` : "was not found on PATH or does not run";
  throw new LossboundError(
    "ENVIRONMENT",
    [`${required}, but ${found}`, ...install.map((line) => `  ${line}`)].join("\n"),
  );
}

/** Locates a tool. `JAVA_HOME` takes precedence over PATH, as for Maven and Kafka's own scripts. */
function locate(name: ToolName, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const home = env["JAVA_HOME"];
  if (name === "java" && home) folders.unshift(join(home, "bin"));
  const { alsoCalled = [], isInSbin } = facts[name];
  if (isInSbin) folders.push(...folders.map((folder) => join(dirname(folder), "sbin")));
  return [name, ...alsoCalled]
    .flatMap((called) => folders.map((folder) => join(folder, called)))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs the tool and joins both streams: java prints to standard error, the others to standard
 * output.
 */
function outputOf(path: string, argument: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(path, [argument], { timeout: runLimitMs, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      resolve(error ? undefined : `${stdout}${stderr}`);
    });
  });
}

function isAtLeast(version: string, least: readonly [number, number] | undefined): boolean {
  if (!least) return true;
  const [major = 0, minor = 0] = version.split(/[^0-9]+/).map(Number);
  return major > least[0] || (major === least[0] && minor >= least[1]);
}

function trimmed([major, minor]: readonly [number, number]): string {
  return minor === 0 ? String(major) : `${major}.${minor}`;
}

import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

import { LossboundError } from "../../base/errors.js";

/** The programs of others that the local environment is made with. */
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
  /** All that it says about itself. */
  readonly says: string;
  /** Whether the version is new enough. */
  readonly isGoodEnough: boolean;
}

interface ToolFacts {
  /** Other names of the program. */
  alsoCalled?: readonly string[];
  /** Debian has it in `sbin`, beside a `bin` that is on PATH: only root has both there. */
  isInSbin?: true;
  /** Arguments that make it print its version. */
  ask: string;
  version: RegExp;
  atLeast?: readonly [major: number, minor: number];
  purpose: string;
  install: readonly string[];
}

const external = "on a cluster and a Toxiproxy that run already, use --environment external";

const facts: Record<ToolName, ToolFacts> = {
  java: {
    ask: "-version",
    version: /version "([^"]+)"/,
    atLeast: [17, 0],
    purpose: "to run Apache Kafka",
    install: [
      "Debian: apt-get install default-jre-headless",
      "macOS: brew install openjdk@17, and put its bin folder on PATH, or set JAVA_HOME",
      `or, ${external}`,
    ],
  },
  mvn: {
    ask: "-version",
    version: /Apache Maven ([\w.-]+)/,
    purpose: "to fetch the jars of Apache Kafka, once",
    install: ["Debian: apt-get install maven", "macOS: brew install maven", `or, ${external}`],
  },
  go: {
    ask: "version",
    version: /go version go(\S+)/,
    atLeast: [1, 23],
    purpose: "to build the Toxiproxy server, once",
    install: [
      "Debian: apt-get install golang-go (from backports where that is older than 1.23)",
      "macOS: brew install go",
      "or put a toxiproxy-server on PATH (macOS: brew install shopify/shopify/toxiproxy)",
      `or, ${external}`,
    ],
  },
  "toxiproxy-server": {
    ask: "-version",
    version: /version (\S+)/,
    purpose: "to put faults between Kafka and its clients",
    install: [
      "macOS: brew install shopify/shopify/toxiproxy",
      "or install go, with which lossbound builds it",
    ],
  },
  prometheus: {
    ask: "--version",
    version: /version (\S+)/,
    purpose: "to keep what the metrics say",
    install: ["Debian: apt-get install prometheus", "macOS: brew install prometheus"],
  },
  promtool: {
    ask: "--version",
    version: /version (\S+)/,
    purpose: "to load metrics.om of a run into a Prometheus",
    install: ["it comes with prometheus"],
  },
  grafana: {
    alsoCalled: ["grafana-server"],
    isInSbin: true,
    // Which both names know.
    ask: "-v",
    version: /version (\S+)/i,
    purpose: "to show the dashboards",
    install: [
      "Debian: a package is at https://grafana.com/grafana/download",
      "macOS: brew install grafana",
      "or load dashboards/out into a Grafana that you have: docs/dashboards.md",
    ],
  },
  docker: {
    ask: "--version",
    version: /version ([^\s,]+)/i,
    purpose: "for `docker compose up` and --environment docker",
    install: ["https://docs.docker.com/get-started/get-docker/"],
  },
};

/** A JVM on a busy machine takes a second to say its version. */
const askLimitMs = 30_000;

/** The tool as it is installed; `undefined` when it is not, or does not run. */
export async function findTool(
  name: ToolName,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Tool | undefined> {
  const path = locate(name, env);
  const says = path && (await answerOf(path, facts[name].ask));
  if (path === undefined || says === undefined) return undefined;
  const version = facts[name].version.exec(says)?.[1] ?? "unknown";
  return { name, path, version, says, isGoodEnough: isAtLeast(version, facts[name].atLeast) };
}

/** What is wanted of the tool, what for, and how to come by it, or do without: a line each. */
export function wantedOf(name: ToolName): { wanted: string; purpose: string; install: readonly string[] } {
  const { atLeast, purpose, install } = facts[name];
  return { purpose, wanted: `${name}${atLeast ? ` ${trimmed(atLeast)} or newer` : ""} ${purpose}`, install };
}

/** @throws LossboundError `ENVIRONMENT` that says how to come by the tool, or to do without. */
export async function requireTool(name: ToolName): Promise<Tool> {
  const tool = await findTool(name);
  if (tool?.isGoodEnough) return tool;
  const { wanted, install } = wantedOf(name);
  const found = tool ? `${tool.path} is version ${tool.version}` : "there is none on PATH that runs";
  throw new LossboundError(
    "ENVIRONMENT",
    [`missing: ${wanted}; ${found}`, ...install.map((line) => `  ${line}`)].join("\n"),
  );
}

/** `JAVA_HOME` comes before PATH for java, as it does for Maven and for Kafka's own scripts. */
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

/** Both streams: java answers on standard error, the others on standard output. */
function answerOf(path: string, ask: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(path, [ask], { timeout: askLimitMs, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
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

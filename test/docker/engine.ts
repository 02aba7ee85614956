import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { waitUntil } from "../../src/base/wait.js";

const execute = promisify(execFile);

/** What a program printed on standard output. */
type Printed = Promise<string>;

/** A Docker engine of our own, with everything that it has in one folder. */
export interface Engine extends AsyncDisposable {
  /** Runs the client against it. */
  docker(args: readonly string[], options?: CommandOptions): Printed;
  /** Where it finds `docker compose`, and whatever else is asked of it. */
  readonly env: NodeJS.ProcessEnv;
  /** Command and arguments with which a program runs in the engine's network: there, it is the host. */
  onHost(command: string, ...args: string[]): [command: string, args: string[]];
}

interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds. */
  timeout?: number;
}

/** Of a command of the client, in milliseconds: a build among them. */
const commandLimitMs = 20 * 60_000;
const startLimitMs = 120_000;

/** Room for the engine: its images, its socket, what it prints. */
export function engineFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "lossbound-docker-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * Starts an engine on the images in `folder`. With `network: "own"` it is in a network namespace of its own: its bridges,
 * its ports and its rules for packets are not the machine's. With `network: "machine"` it builds images, and
 * makes neither.
 *
 * @param compose the program of `docker compose`.
 */
export async function startEngine(
  folder: string,
  { network, compose }: { network: "own" | "machine"; compose: string },
): Promise<Engine> {
  const namespace = `lossbound-${process.pid}`;
  const socket = `unix://${join(folder, "docker.sock")}`;
  const config = join(folder, "client");
  mkdirSync(join(config, "cli-plugins"), { recursive: true });
  cpSync(compose, join(config, "cli-plugins", "docker-compose"));
  const onHost = (command: string, ...args: string[]): [string, string[]] =>
    network === "machine"
      ? [command, args]
      : ["nsenter", [`--net=/var/run/netns/${namespace}`, command, ...args]];
  if (network === "own") {
    await execute("ip", ["netns", "add", namespace]);
    await execute("ip", ["-netns", namespace, "link", "set", "lo", "up"]);
  }
  const env = {
    ...process.env,
    DOCKER_HOST: socket,
    DOCKER_CONFIG: config,
    DOCKER_BUILDKIT: "0",
  };
  let daemon: ChildProcess | undefined;
  const end = async (): Promise<void> => {
    if (daemon !== undefined && daemon.exitCode === null && daemon.signalCode === null) {
      const ended = new Promise((resolve) => daemon!.once("exit", resolve));
      daemon.kill("SIGTERM");
      await ended;
    }
    // The engine leaves its own mounts behind, such as that of the host's network.
    for (const place of mountsIn(folder).toReversed()) await execute("umount", [place]);
    if (network === "own") await execute("ip", ["netns", "delete", namespace]);
  };
  try {
    const [command, args] = onHost(
      "dockerd",
      `--host=${socket}`,
      `--data-root=${join(folder, "data")}`,
      `--exec-root=${join(folder, "exec")}`,
      `--pidfile=${join(folder, "docker.pid")}`,
      "--storage-driver=overlay2",
      ...(network === "machine" ? ["--bridge=none", "--iptables=false", "--ip-forward=false"] : []),
    );
    const log = openSync(join(folder, `dockerd-${network}.log`), "a");
    daemon = spawn(command, args, { stdio: ["ignore", log, log] });
    const docker: Engine["docker"] = async (more, { timeout = commandLimitMs, ...options } = {}) => {
      const settings = { maxBuffer: 64 * 1024 * 1024, timeout, ...options, env: { ...env, ...options.env } };
      return (await execute("docker", more, settings)).stdout;
    };
    await waitUntil(
      "the Docker engine to answer",
      () =>
        docker(["version"]).then(
          () => true,
          () => {
            if (daemon!.exitCode !== null) throw new Error(`dockerd ended; it says why in ${folder}`);
            return false;
          },
        ),
      { limitMs: startLimitMs, everyMs: 200 },
    );
    return { docker, env, onHost, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** What is mounted below a folder, the outer before the inner. */
function mountsIn(folder: string): string[] {
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((place) => place.startsWith(`${folder}/`));
}

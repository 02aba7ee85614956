import { execFile } from "node:child_process";

import { LossboundError } from "../../base/errors.js";
import type { Environment } from "../environment.js";
import { openExternal } from "./external.js";
import type { Progress } from "../../processes/hosting.js";
import { kafkaRelease } from "../local/kafka-jars.js";
import { isFree, localHost } from "../../processes/ports.js";
import { accepts } from "../../processes/ready.js";
import { connectToxiproxy } from "../links/toxiproxy.js";

/** Ports that docker-compose.yml publishes. They are the same in the network of its containers. */
export interface ComposePorts {
  readonly broker: number;
  readonly toxiproxy: number;
  /** Ports for the proxies of Toxiproxy; no others are published. */
  readonly proxies: readonly number[];
}

export const composePorts: ComposePorts = {
  broker: 9092,
  toxiproxy: 8474,
  proxies: Array.from({ length: 32 }, (_, index) => 18_500 + index),
};

export interface DockerOptions {
  /**
   * The address on which Toxiproxy listens for the workers, without a port. By default it depends
   * on whether Docker publishes the ports.
   */
  proxyHost?: string | undefined;
  progress: Progress;
  signal?: AbortSignal | undefined;
  ports?: ComposePorts;
  env?: NodeJS.ProcessEnv;
}

const engineLimitMs = 10_000;

/**
 * Opens the running broker and Toxiproxy of docker-compose.yml, and neither changes nor stops them.
 * It is an external environment with known addresses.
 *
 * @throws LossboundError `ENVIRONMENT` with advice if they do not answer.
 */
export async function openDocker(options: DockerOptions): Promise<Environment> {
  const { progress, signal, ports = composePorts, env = process.env } = options;
  const toxiproxy = `http://${localHost}:${ports.toxiproxy}`;
  const [brokerAnswers, proxyAnswers] = await Promise.all([
    accepts(ports.broker),
    connectToxiproxy(toxiproxy).then(
      () => true,
      () => false,
    ),
  ]);
  if (!brokerAnswers || !proxyAnswers) {
    const silent = [
      ...(brokerAnswers ? [] : [`no broker at ${localHost}:${ports.broker}`]),
      ...(proxyAnswers ? [] : [`no Toxiproxy at ${toxiproxy}`]),
    ];
    throw new LossboundError("ENVIRONMENT", [silent.join(", "), ...(await adviceIn(env))].join("\n"));
  }
  const brokers = [`${localHost}:${ports.broker}`];
  const proxyHost = options.proxyHost ?? (await proxyHostBehind(ports.proxies));
  const external = await openExternal({ brokers, toxiproxy, proxyHost, progress, signal });
  return {
    ...external,
    kind: "docker",
    versions: { ...external.versions, broker: kafkaRelease().version },
    proxyPorts: ports.proxies,
  };
}

/**
 * Returns the address on which Toxiproxy must listen. Docker binds the published ports on 127.0.0.1
 * of this machine and forwards them to the container, but not to the container's own 127.0.0.1. If
 * one of the ports is free, Docker does not publish them: Toxiproxy then runs on this machine or
 * shares its network, and no other machine should reach its proxies.
 */
async function proxyHostBehind(published: readonly number[]): Promise<string> {
  for (const port of published) if (await isFree(port)) return localHost;
  return "0.0.0.0";
}

/** Returns advice about services that are down, one line each. */
async function adviceIn(env: NodeJS.ProcessEnv): Promise<string[]> {
  const alternative = "  or use --environment local, which does not need Docker";
  if (await engineAnswers(env)) {
    return [
      "  Docker is running, but the services are not; start them in the folder of docker-compose.yml:",
      "  docker compose up --detach --wait kafka toxiproxy",
      alternative,
    ];
  }
  return ["  no Docker engine answers (docker version); install or start Docker", alternative];
}

/** Asks the engine, because the `docker` command is often installed without one. */
function engineAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ["version", "--format", "{{.Server.Version}}"];
    execFile("docker", args, { env, timeout: engineLimitMs, killSignal: "SIGKILL" }, (error) => {
      resolve(error === null);
    });
  });
}

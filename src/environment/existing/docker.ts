import { execFile } from "node:child_process";

import { LossboundError } from "../../base/errors.js";
import type { Environment } from "../environment.js";
import { openExternal } from "./external.js";
import type { Progress } from "../../processes/hosting.js";
import { kafkaRelease } from "../local/kafka-jars.js";
import { isFree, localHost } from "../../processes/ports.js";
import { accepts } from "../../processes/ready.js";
import { connectToxiproxy } from "../links/toxiproxy.js";

/** Where docker-compose.yml publishes its services; the same in the network that its containers share. */
export interface ComposePorts {
  readonly broker: number;
  readonly toxiproxy: number;
  /** Where Toxiproxy's proxies may listen: no other port is published. */
  readonly proxies: readonly number[];
}

export const composePorts: ComposePorts = {
  broker: 9092,
  toxiproxy: 8474,
  proxies: Array.from({ length: 32 }, (_, place) => 18_500 + place),
};

export interface DockerOptions {
  /** Where Toxiproxy is to listen for the workers, without a port; seen by who holds the published ports. */
  proxyHost?: string | undefined;
  progress: Progress;
  signal?: AbortSignal | undefined;
  ports?: ComposePorts;
  env?: NodeJS.ProcessEnv;
}

const engineLimitMs = 10_000;

/**
 * The broker and the Toxiproxy of docker-compose.yml, which run already. Nothing of theirs is changed
 * or ended here: it is an external environment whose addresses are known.
 *
 * @throws LossboundError `ENVIRONMENT` when they do not answer, with what is to be done about it.
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
 * Docker holds the ports that it publishes, on 127.0.0.1, and passes on what comes there to the container, where
 * it reaches no 127.0.0.1. Where one of them is free nobody publishes them: Toxiproxy then runs on this machine,
 * or we share its network, and nobody else is to reach its proxies.
 */
async function proxyHostBehind(published: readonly number[]): Promise<string> {
  for (const port of published) if (await isFree(port)) return localHost;
  return "0.0.0.0";
}

/** What to do about services that are down: a line each. */
async function adviceIn(env: NodeJS.ProcessEnv): Promise<string[]> {
  const alternative = "  or, without Docker, use --environment local";
  if (await engineAnswers(env)) {
    return [
      "  a Docker engine answers, but the services are not up, or not yet; in the folder of docker-compose.yml:",
      "  docker compose up --detach --wait kafka toxiproxy",
      alternative,
    ];
  }
  return ["  no Docker engine answers (docker version): install one, or start it", alternative];
}

/** The command alone says nothing: it is often there without an engine. */
function engineAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ["version", "--format", "{{.Server.Version}}"];
    execFile("docker", args, { env, timeout: engineLimitMs, killSignal: "SIGKILL" }, (error) => {
      resolve(error === null);
    });
  });
}

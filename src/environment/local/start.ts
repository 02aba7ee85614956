import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Role } from "../../scenario/role.js";
import { newClusterId } from "./cluster-id.js";
import type { AdvertisedLink } from "../environment.js";
import type { Hosting } from "../../processes/hosting.js";
import {
  formatNode,
  linksOf,
  outputOf,
  startNode,
  type ClusterPlan,
  type KafkaInstall,
  type NodePlan,
  type RoleListener,
} from "./kafka-node.js";
import { type LocalBroker, startLocalBroker } from "./broker.js";
import { freePorts } from "../../processes/ports.js";
import { untilReady } from "../../processes/ready.js";
import { together } from "../../base/together.js";
import {
  isServing,
  startToxiproxy,
  toxiproxyOutput,
  toxiproxyUrl,
  type ToxiproxyServer,
} from "./toxiproxy-server.js";
import type { HostedProcess } from "../../processes/hosted-process.js";

export interface LocalParts {
  readonly kafka: KafkaInstall;
  readonly toxiproxy: ToxiproxyServer;
}

/** Which brokers are started. */
export interface BrokersWanted {
  count: 1 | 3;
  /** Settings of every broker and controller, under Kafka's own names; they win over ours. */
  config?: Readonly<Record<string, string>>;
  /**
   * Whether the controller is a process of its own, so that what falls on a broker leaves the quorum
   * alone. Three brokers always have it so; one is its own controller, unless this is said.
   */
  controllerApart?: boolean;
  /** Roles whose clients follow advertised addresses: each broker has a listener for each of them. */
  advertiseTo?: readonly Role[];
}

export interface LocalProcesses {
  readonly brokers: readonly LocalBroker[];
  readonly links: readonly AdvertisedLink[];
  /** Where it is a process of its own. */
  readonly controller: HostedProcess | undefined;
  readonly proxy: HostedProcess;
  /** URL of its API. */
  readonly toxiproxy: string;
}

/**
 * Starts brokers, controller and Toxiproxy, all at once, and resolves when all are ready. When one
 * fails, the others are stopped and their folder is deleted.
 *
 * @throws AddressTaken when another choice of ports may do better.
 */
export async function startLocal(
  hosting: Hosting,
  parts: LocalParts,
  wanted: BrokersWanted,
  dataBytes: number,
  signal: AbortSignal,
): Promise<LocalProcesses> {
  const folder = await hosting.folder("local", wanted.count * dataBytes);
  const started: HostedProcess[] = [];
  const keep = <T extends HostedProcess>(process: T): T => (started.push(process), process);
  try {
    const { count, advertiseTo = [] } = wanted;
    const ports = await freePorts(1 + count + 1 + 2 * count * advertiseTo.length);
    const nodes = nodesOf(wanted, ports, folder.path);
    const cluster: ClusterPlan = { id: newClusterId(), nodes: nodes.all, config: wanted.config ?? {} };
    const toxiproxy = { port: nodes.toxiproxyPort, folder: folder.path, mark: `start-${hosting.id}` };

    // A node waits for nobody but its own format; it is ready when the quorum is, so none waits for another.
    const startBroker = async (node: NodePlan, given: AbortSignal): Promise<LocalBroker> => {
      await formatNode(hosting, parts.kafka, node, cluster, given);
      const broker = await startLocalBroker(hosting, parts.kafka, node, given);
      keep(broker.process);
      return broker;
    };
    const startController = async (node: NodePlan, given: AbortSignal): Promise<HostedProcess> => {
      await formatNode(hosting, parts.kafka, node, cluster, given);
      return keep(await startNode(hosting, parts.kafka, node, outputOf(node, 1), given));
    };
    const startProxy = async (given: AbortSignal): Promise<HostedProcess> => {
      const process = keep(await startToxiproxy(hosting, parts.toxiproxy, toxiproxy));
      const printed = (): string => readFileSync(toxiproxyOutput(toxiproxy), "utf8");
      await untilReady(process, printed, () => isServing(toxiproxy), given);
      return process;
    };
    const [brokers, controllers, proxy] = await together(signal, [
      (given) =>
        together(
          given,
          nodes.brokers.map((node) => (inner: AbortSignal) => startBroker(node, inner)),
        ),
      (given) =>
        together(
          given,
          nodes.controllers.map((node) => (inner: AbortSignal) => startController(node, inner)),
        ),
      startProxy,
    ]);
    return {
      brokers,
      links: nodes.brokers.flatMap(linksOf),
      controller: controllers[0],
      proxy,
      toxiproxy: toxiproxyUrl(toxiproxy),
    };
  } catch (error) {
    await Promise.all(started.map((process) => process.stop(0)));
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

interface LocalNodes {
  toxiproxyPort: number;
  all: NodePlan[];
  brokers: NodePlan[];
  /** None where the one broker is its own controller. */
  controllers: NodePlan[];
}

/** Brokers have their places as ids; a controller apart comes behind them. */
function nodesOf(
  { count, controllerApart, advertiseTo = [] }: BrokersWanted,
  ports: number[],
  folder: string,
): LocalNodes {
  const apart = count > 1 || controllerApart === true;
  const [toxiproxyPort = 0, ...others] = ports;
  const controllerPort = others[count]!;
  const left = others.slice(count + 1).values();
  const listener = (role: Role): RoleListener => ({
    role,
    port: left.next().value!,
    advertised: left.next().value!,
  });
  const brokers = Array.from({ length: count }, (_, index): NodePlan => {
    const id = index;
    return {
      id,
      role: apart ? "broker" : "both",
      port: others[index]!,
      controllerPort,
      listeners: advertiseTo.map(listener),
      folder: join(folder, `broker-${id}`),
    };
  });
  const controller: NodePlan = {
    id: count,
    role: "controller",
    port: 0,
    controllerPort,
    listeners: [],
    folder: join(folder, "controller"),
  };
  const controllers = apart ? [controller] : [];
  return { toxiproxyPort, all: [...brokers, ...controllers], brokers, controllers };
}

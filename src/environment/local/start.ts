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

/** The brokers to start. */
export interface BrokersWanted {
  count: 1 | 3;
  /**
   * Settings for all brokers and controllers, under Kafka's own names; they override lossbound's.
   */
  config?: Readonly<Record<string, string>>;
  /**
   * Whether the controller is a separate process, so that faults on a broker do not affect the
   * quorum. Three brokers always have one; a single broker is its own controller by default.
   */
  controllerApart?: boolean;
  /** Roles whose clients follow advertised addresses. Each broker gets a listener per role. */
  advertiseTo?: readonly Role[];
}

export interface LocalProcesses {
  readonly brokers: readonly LocalBroker[];
  readonly links: readonly AdvertisedLink[];
  /** Set if the controller is a separate process. */
  readonly controller: HostedProcess | undefined;
  readonly proxy: HostedProcess;
  /** URL of Toxiproxy's API. */
  readonly toxiproxy: string;
}

/**
 * Starts the brokers, the controller and Toxiproxy at once, and resolves when all are ready. If one
 * fails, the others are stopped and their folder is deleted.
 *
 * @throws AddressTaken if a port was taken, so that the caller can try other ports.
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

    // Each node starts right after its own format. It becomes ready with the quorum, so the starts
    // must not wait for each other.
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
  /** Empty if the only broker is its own controller. */
  controllers: NodePlan[];
}

/** Plans the nodes. The id of a broker is its index; a separate controller gets the next id. */
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

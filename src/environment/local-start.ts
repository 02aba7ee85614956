import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

import { LossboundError } from "../base/errors.js";
import { waitUntil } from "../base/wait.js";
import { newClusterId } from "./cluster-id.js";
import type { Hosting } from "./hosting.js";
import {
  addressOf,
  dataFolderOf,
  formatNode,
  hasStarted,
  outputOf,
  startNode,
  type KafkaInstall,
  type NodePlan,
} from "./kafka-node.js";
import { freePorts, localHost } from "./ports.js";
import { howEnded } from "./run-to-end.js";
import { together } from "./together.js";
import {
  isServing,
  startToxiproxy,
  toxiproxyOutput,
  toxiproxyUrl,
  type ToxiproxyServer,
} from "./toxiproxy-server.js";
import type { HostedProcess } from "./warden.js";

export interface LocalParts {
  readonly kafka: KafkaInstall;
  readonly toxiproxy: ToxiproxyServer;
}

export interface LocalProcesses {
  readonly brokers: readonly LocalBroker[];
  readonly proxy: HostedProcess;
  /** URL of its API. */
  readonly toxiproxy: string;
}

export interface LocalBroker {
  readonly id: number;
  /** `host:port` */
  readonly address: string;
  readonly logDir: string;
  readonly process: HostedProcess;
}

/** A port that was free when it was chosen is not any more. */
export class AddressTaken extends LossboundError {}

/** Three brokers on two cores take 5 s; this is for a machine that does something else as well. */
const startLimitMs = 90_000;

/**
 * Starts brokers and Toxiproxy, all at once, and resolves when all are ready. When one fails, the
 * others are stopped and their folder is deleted.
 *
 * @throws AddressTaken when another choice of ports may do better.
 */
export async function startLocal(
  hosting: Hosting,
  parts: LocalParts,
  count: number,
  dataBytes: number,
  signal: AbortSignal,
): Promise<LocalProcesses> {
  const folder = await hosting.folder("local", count * dataBytes);
  const started: HostedProcess[] = [];
  try {
    const [toxiproxyPort = 0, ...ports] = await freePorts(1 + 2 * count);
    const nodes = Array.from({ length: count }, (_, index): NodePlan => {
      const [port = 0, controllerPort = 0] = ports.slice(2 * index);
      return {
        id: index + 1,
        port,
        controllerPort,
        folder: join(folder.path, `broker-${index + 1}`),
      };
    });
    const cluster = { id: newClusterId(), nodes };
    const toxiproxy = { port: toxiproxyPort, folder: folder.path, mark: `start-${hosting.id}` };

    // A broker waits for nobody but its own format; it is ready when the quorum is, so none waits for another.
    const startBroker = async (node: NodePlan, given: AbortSignal): Promise<LocalBroker> => {
      await formatNode(hosting, parts.kafka, node, cluster, given);
      const process = await startNode(hosting, parts.kafka, node);
      started.push(process);
      await untilReady(
        process,
        outputOf(node),
        async () => hasStarted(node) && (await accepts(node.port)),
        given,
      );
      return { id: node.id, address: addressOf(node), logDir: dataFolderOf(node), process };
    };
    const startProxy = async (given: AbortSignal): Promise<HostedProcess> => {
      const process = await startToxiproxy(hosting, parts.toxiproxy, toxiproxy);
      started.push(process);
      await untilReady(process, toxiproxyOutput(toxiproxy), () => isServing(toxiproxy), given);
      return process;
    };
    const [brokers, proxy] = await together(signal, [
      (given) =>
        together(
          given,
          nodes.map((node) => (inner: AbortSignal) => startBroker(node, inner)),
        ),
      startProxy,
    ]);
    return { brokers, proxy, toxiproxy: toxiproxyUrl(toxiproxy) };
  } catch (error) {
    await Promise.all(started.map((process) => process.stop(0)));
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

/** Waits until `isReady`, or until the process has ended or got no port, which is an error. */
async function untilReady(
  process: HostedProcess,
  output: string,
  isReady: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  // Not by its end alone: Toxiproxy lives on without a port.
  const isTaken = (): boolean => /address already in use/i.test(readFileSync(output, "utf8"));
  await waitUntil(`${process.name} to start`, () => process.end !== undefined || isTaken() || isReady(), {
    limitMs: startLimitMs,
    everyMs: 10,
    signal,
    evidence: () => process.lastLines(),
  });
  if (process.end === undefined && !isTaken()) return;
  // When the warden died, that is the news, and not that this process went with it.
  signal.throwIfAborted();
  const detail = process.lastLines();
  if (isTaken()) {
    throw new AddressTaken("ENVIRONMENT", `a port of ${process.name} was taken in between`, {
      detail,
    });
  }
  const how = process.end && howEnded(process.end);
  throw new LossboundError("ENVIRONMENT", `${process.name} ended while it started (${how})`, {
    detail,
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: localHost });
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once("connect", () => settle(true)).once("error", () => settle(false));
  });
}

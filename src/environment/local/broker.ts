import { LossboundError } from "../../base/errors.js";
import { unlessAborted, waitUntil, within } from "../../base/wait.js";
import type { BrokerHandle } from "../environment.js";
import type { Hosting } from "../../processes/hosting.js";
import {
  addressOf,
  dataFolderOf,
  outputOf,
  startNode,
  type KafkaInstall,
  type NodePlan,
} from "./kafka-node.js";
import { isStopped } from "../../processes/identity.js";
import type { HostedProcess, ProcessEnd } from "../../processes/hosted-process.js";

/** A broker that lossbound started. */
export interface LocalBroker extends BrokerHandle {
  readonly logDir: string;
  /** The current process, or the last one. */
  readonly process: HostedProcess;
  /** Its output files, one per start, in chronological order. */
  readonly outputs: readonly string[];
  /** Resolves if one of its processes exits unexpectedly. */
  readonly endedUnexpectedly: Promise<UnexpectedEnd>;
}

export interface UnexpectedEnd {
  readonly process: HostedProcess;
  readonly end: ProcessEnd;
}

/** SIGKILL, SIGSTOP and SIGCONT take effect in milliseconds, unless the machine is overloaded. */
const signalLimitMs = 10_000;
/** A broker hands over its leaderships and flushes its logs, which usually takes a second. */
const stopLimitMs = 60_000;

/** Starts a broker on its formatted folder, and resolves when it serves clients. */
export async function startLocalBroker(
  hosting: Hosting,
  kafka: KafkaInstall,
  node: NodePlan,
  signal: AbortSignal,
): Promise<LocalBroker> {
  const outputs: string[] = [];
  /** Processes that lossbound ends on purpose. */
  const expectedToEnd = new Set<HostedProcess>();
  let reportEnd!: (ended: UnexpectedEnd) => void;
  const endedUnexpectedly = new Promise<UnexpectedEnd>((resolve) => (reportEnd = resolve));
  let process = await launch(signal);

  return {
    id: node.id,
    address: addressOf(node),
    logDir: dataFolderOf(node),
    outputs,
    endedUnexpectedly,
    get process() {
      return process;
    },
    async kill() {
      expectEnd();
      process.signal("SIGKILL");
      await within(`${process.name} to die`, process.ended, signalLimitMs);
    },
    async pause() {
      requireRunning();
      process.signal("SIGSTOP");
      await untilIt("stop", () => isStopped(process.pid));
    },
    async resume() {
      requireRunning();
      process.signal("SIGCONT");
      await untilIt("continue", () => !isStopped(process.pid));
    },
    async stop(given) {
      expectEnd();
      process.signal("SIGTERM");
      await unlessAborted(within(`${process.name} to end`, process.ended, stopLimitMs), given);
    },
    async start(given) {
      if (process.end === undefined)
        throw new LossboundError("HARNESS", `cannot start ${process.name} because it is already running`);
      process = await launch(given === undefined ? hosting.died : AbortSignal.any([hosting.died, given]));
    },
  };

  async function launch(given: AbortSignal): Promise<HostedProcess> {
    const output = outputOf(node, outputs.length + 1);
    outputs.push(output);
    const launched = await startNode(hosting, kafka, node, output, given);
    void launched.ended.then((end) => {
      if (!expectedToEnd.has(launched)) reportEnd({ process: launched, end });
    });
    return launched;
  }

  function expectEnd(): void {
    requireRunning();
    expectedToEnd.add(process);
  }

  function requireRunning(): void {
    if (process.end !== undefined) throw new LossboundError("HARNESS", `${process.name} is not running`);
  }

  async function untilIt(what: string, look: () => boolean): Promise<void> {
    await waitUntil(`${process.name} to ${what}`, look, { limitMs: signalLimitMs, everyMs: 2 });
  }
}

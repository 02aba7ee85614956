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

/** A broker that was started here. */
export interface LocalBroker extends BrokerHandle {
  readonly logDir: string;
  /** The one that runs now, or ran last. */
  readonly process: HostedProcess;
  /** What it printed, a file a life, in the order of time. */
  readonly outputs: readonly string[];
  /** Resolves when a life of it ended that nobody had asked to. */
  readonly endedByItself: Promise<EndedByItself>;
}

export interface EndedByItself {
  readonly process: HostedProcess;
  readonly end: ProcessEnd;
}

/** SIGKILL, SIGSTOP and SIGCONT take effect in milliseconds, unless the machine is short of everything. */
const signalLimitMs = 10_000;
/** A broker moves its leaders away and writes everything out: a second, as a rule. */
const stopLimitMs = 60_000;

/** Starts a broker on its formatted folder, and resolves when it serves. */
export async function startLocalBroker(
  hosting: Hosting,
  kafka: KafkaInstall,
  node: NodePlan,
  signal: AbortSignal,
): Promise<LocalBroker> {
  const outputs: string[] = [];
  /** Lives that are to end by our hand. */
  const condemned = new Set<HostedProcess>();
  let tell!: (ended: EndedByItself) => void;
  const endedByItself = new Promise<EndedByItself>((resolve) => (tell = resolve));
  let process = await live(signal);

  return {
    id: node.id,
    address: addressOf(node),
    logDir: dataFolderOf(node),
    outputs,
    endedByItself,
    get process() {
      return process;
    },
    async kill() {
      condemn();
      process.signal("SIGKILL");
      await within(`${process.name} to die`, process.ended, signalLimitMs);
    },
    async pause() {
      refuseDead();
      process.signal("SIGSTOP");
      await becomes("stand still", () => isStopped(process.pid));
    },
    async resume() {
      refuseDead();
      process.signal("SIGCONT");
      await becomes("go on", () => !isStopped(process.pid));
    },
    async stop(given) {
      condemn();
      process.signal("SIGTERM");
      await unlessAborted(within(`${process.name} to end`, process.ended, stopLimitMs), given);
    },
    async start(given) {
      if (process.end === undefined)
        throw new LossboundError("HARNESS", `${process.name} runs, and is to be started`);
      process = await live(given === undefined ? hosting.died : AbortSignal.any([hosting.died, given]));
    },
  };

  async function live(given: AbortSignal): Promise<HostedProcess> {
    const output = outputOf(node, outputs.length + 1);
    outputs.push(output);
    const life = await startNode(hosting, kafka, node, output, given);
    void life.ended.then((end) => {
      if (!condemned.has(life)) tell({ process: life, end });
    });
    return life;
  }

  function condemn(): void {
    refuseDead();
    condemned.add(process);
  }

  function refuseDead(): void {
    if (process.end !== undefined) throw new LossboundError("HARNESS", `${process.name} does not run`);
  }

  async function becomes(what: string, look: () => boolean): Promise<void> {
    await waitUntil(`${process.name} to ${what}`, look, { limitMs: signalLimitMs, everyMs: 2 });
  }
}

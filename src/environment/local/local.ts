import { LossboundError } from "../../base/errors.js";
import { brokerLogOf } from "./broker-log.js";
import { obtainClassData } from "./class-data.js";
import type { BrokerLog, Environment } from "../environment.js";
import { openHosting, type Hosting, type Progress } from "../../processes/hosting.js";
import { obtainKafkaJars } from "./kafka-jars.js";
import type { KafkaInstall } from "./kafka-node.js";
import type { LocalBroker } from "./broker.js";
import { startLocal, type BrokersWanted, type LocalParts, type LocalProcesses } from "./start.js";
import { localHost } from "../../processes/ports.js";
import { AddressTaken } from "../../processes/ready.js";
import { howEnded } from "../../processes/run-to-end.js";
import { together } from "../../base/together.js";
import { requireTool } from "./tools.js";
import { obtainToxiproxy } from "./toxiproxy-server.js";
import type { HostedProcess } from "../../processes/hosted-process.js";

export interface LocalOptions {
  brokers: BrokersWanted;
  /** The most that one broker will store, in bytes. It decides whether the data fit in memory. */
  dataBytes?: number;
  progress: Progress;
  /** Cancels the start with the signal's reason. */
  signal?: AbortSignal;
}

/** Apache Kafka and Toxiproxy, started on this machine from the parts in the cache. */
export interface LocalEnvironment extends Environment {
  readonly kind: "local";
  readonly brokers: readonly LocalBroker[];
  readonly brokerLog: BrokerLog;
  readonly proxy: HostedProcess;
  /** The data folder of each broker, which Kafka's own tools can read. */
  readonly logDirs: readonly string[];
  /** `java` command and classpath for Kafka's own tools. */
  readonly java: string;
  readonly classpath: string;
}

/** How many sets of ports are tried if one is taken between the check and the start. */
const tries = 3;
const defaultDataBytes = 1024 ** 3;

/**
 * Obtains the parts that are not cached, and starts everything on free ports of 127.0.0.1.
 *
 * @throws LossboundError `ENVIRONMENT` if a tool is missing or a part exits, with its output;
 *   `DEADLINE` if a part does not become ready in time.
 */
export async function openLocal(options: LocalOptions): Promise<LocalEnvironment> {
  const { brokers, dataBytes = defaultDataBytes, progress, signal } = options;
  const hosting = await openHosting(progress);
  try {
    const given = AbortSignal.any([hosting.died, ...(signal ? [signal] : [])]);
    const parts = await obtainParts(hosting, progress, given);
    for (let left = tries; ; left--) {
      try {
        return localEnvironment(hosting, parts, await startLocal(hosting, parts, brokers, dataBytes, given));
      } catch (error) {
        if (!(error instanceof AddressTaken) || left === 1) throw error;
        progress(`${error.message}; trying other ports`);
      }
    }
  } catch (error) {
    await hosting[Symbol.asyncDispose]();
    throw error;
  }
}

async function obtainParts(hosting: Hosting, progress: Progress, signal: AbortSignal): Promise<LocalParts> {
  const [kafka, toxiproxy] = await together(signal, [
    async (given): Promise<KafkaInstall> => {
      const [java, jars] = await together(given, [
        () => requireTool("java"),
        (inner) => obtainKafkaJars(hosting, progress, inner),
      ]);
      const install: KafkaInstall = { ...jars, java: java.path };
      return {
        ...install,
        classData: await obtainClassData(hosting, install, java, progress, given),
      };
    },
    (given) => obtainToxiproxy(hosting, progress, given),
  ]);
  return { kafka, toxiproxy };
}

function localEnvironment(hosting: Hosting, parts: LocalParts, running: LocalProcesses): LocalEnvironment {
  let closing = false;
  const partEnded = new AbortController();
  const others = [running.proxy, ...(running.controller ? [running.controller] : [])];
  for (const ended of [
    ...running.brokers.map(({ endedUnexpectedly }) => endedUnexpectedly),
    ...others.map((process) => process.ended.then((end) => ({ process, end }))),
  ]) {
    void ended.then(({ process, end }) => {
      if (closing) return;
      const how = `${process.name} exited during the run (${howEnded(end)})`;
      partEnded.abort(new LossboundError("ENVIRONMENT", how, { detail: process.lastLines() }));
    });
  }
  return {
    kind: "local",
    versions: { broker: parts.kafka.version, proxy: parts.toxiproxy.version },
    bootstrap: running.brokers.map(({ address }) => address),
    toxiproxy: running.toxiproxy,
    proxyHost: localHost,
    links: running.links,
    died: AbortSignal.any([hosting.died, partEnded.signal]),
    brokers: running.brokers,
    brokerLog: brokerLogOf(running.brokers),
    proxy: running.proxy,
    logDirs: running.brokers.map(({ logDir }) => logDir),
    java: parts.kafka.java,
    classpath: parts.kafka.classpath,
    start: (order) => hosting.start(order),
    folder: (name, bytes) => hosting.folder(name, bytes),
    claim: (path) => hosting.claim(path),
    // The warden ends every process and deletes every folder, so no other list is needed.
    [Symbol.asyncDispose]: () => {
      closing = true;
      return hosting[Symbol.asyncDispose]();
    },
  };
}

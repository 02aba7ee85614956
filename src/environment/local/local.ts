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
  /** What one broker will store at most; decides whether its data fit on memory. */
  dataBytes?: number;
  progress: Progress;
  /** Gives up the start, with the signal's reason. */
  signal?: AbortSignal;
}

/** Apache Kafka and Toxiproxy, started here from the parts in the cache. */
export interface LocalEnvironment extends Environment {
  readonly kind: "local";
  readonly brokers: readonly LocalBroker[];
  readonly brokerLog: BrokerLog;
  readonly proxy: HostedProcess;
  /** Data folder of each broker: what Kafka's own tools read. */
  readonly logDirs: readonly string[];
  /** `java` command and classpath for Kafka's own tools. */
  readonly java: string;
  readonly classpath: string;
}

/** Where a port was taken between its choice and its use, others are tried. */
const tries = 3;
const defaultDataBytes = 1024 ** 3;

/**
 * Fetches what is not in the cache yet, and starts it all on free ports of 127.0.0.1.
 *
 * @throws LossboundError `ENVIRONMENT` when a tool is missing or a part ends, with what it printed;
 *   `DEADLINE` when one does not become ready.
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
        progress(`${error.message}; trying again with others`);
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
    ...running.brokers.map(({ endedByItself }) => endedByItself),
    ...others.map((process) => process.ended.then((end) => ({ process, end }))),
  ]) {
    void ended.then(({ process, end }) => {
      if (closing) return;
      const how = `${process.name} ended in the middle of a run (${howEnded(end)})`;
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
    // The warden ends every process and deletes every folder: what was started here needs no list of its own.
    [Symbol.asyncDispose]: () => {
      closing = true;
      return hosting[Symbol.asyncDispose]();
    },
  };
}

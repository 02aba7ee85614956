import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { messageOf } from "../../base/errors.js";
import { waitUntil } from "../../base/wait.js";
import { cachedPart } from "./cached-part.js";
import { newClusterId } from "./cluster-id.js";
import type { Hosting, Progress } from "../../processes/hosting.js";
import {
  formatNode,
  jvmFlags,
  outputOf,
  saysThatItStarted,
  launchNode,
  type KafkaInstall,
  type NodePlan,
} from "./kafka-node.js";
import { freePorts } from "../../processes/ports.js";
import type { Tool } from "./tools.js";

/** A JVM that loads Kafka's classes from the jars starts in 3 s. */
const startLimitMs = 60_000;
/** Enough for a controlled shutdown and for writing 50 MB. */
const archiveLimitMs = 60_000;

/**
 * Returns a class-data archive of the broker. The JVM maps it at startup instead of loading each
 * class from its jar, which halves the startup time. A broker that starts and stops creates it once
 * for each Java. Returns `undefined` if this Java cannot create one; brokers then start more
 * slowly.
 */
export async function obtainClassData(
  hosting: Hosting,
  kafka: KafkaInstall,
  java: Tool,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const cached = await cachedPart(hosting, classDataPart(kafka, java), async (folder, destination) => {
    progress(
      `creating a class-data archive for faster starts of Apache Kafka on Java ${java.version} ` +
        `(once, 50 MB, about 8 s) in ${destination}`,
    );
    try {
      await train(hosting, kafka, join(folder, archiveName), signal);
    } catch (error) {
      signal?.throwIfAborted();
      hosting.died.throwIfAborted();
      // Store a part without an archive, so that later runs do not try again with this Java.
      writeFileSync(join(folder, "without.txt"), `${messageOf(error)}\n`);
      progress(`cannot create a class-data archive, so brokers start more slowly: ${messageOf(error)}`);
    }
  });
  const archive = join(cached, archiveName);
  return existsSync(archive) ? archive : undefined;
}

const archiveName = "classes.jsa";

/** Names the part. An archive is valid for one Java, one classpath and one set of flags only. */
function classDataPart(kafka: KafkaInstall, java: Tool): string {
  const validFor = JSON.stringify([java.says, kafka.classpath, jvmFlags]);
  return `kafka-${kafka.version}-classes-${createHash("sha256").update(validFor).digest("hex").slice(0, 8)}`;
}

async function train(
  hosting: Hosting,
  kafka: KafkaInstall,
  archive: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await using folder = await hosting.folder("training");
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const node: NodePlan = { id: 1, role: "both", port, controllerPort, listeners: [], folder: folder.path };
  const cluster = { id: newClusterId(), nodes: [node], config: {} };
  await formatNode(hosting, kafka, node, cluster, signal);
  const output = outputOf(node, 1);
  const broker = await launchNode(hosting, kafka, node, output, [`-XX:ArchiveClassesAtExit=${archive}`]);
  const hasStarted = (): boolean => saysThatItStarted(readFileSync(output, "utf8"));
  try {
    await waitUntil("a broker to start", () => hasStarted() || broker.end !== undefined, {
      limitMs: startLimitMs,
      signal,
      evidence: () => broker.lastLines(),
    });
    await broker.stop(archiveLimitMs);
  } finally {
    if (broker.end === undefined) await broker.stop(0);
  }
  if (!existsSync(archive)) throw new Error(`java did not write the archive: ${broker.lastLines()}`);
}

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

/** A JVM that has to load Kafka's classes from the jars is up in 3 s. */
const startLimitMs = 60_000;
/** A controlled shutdown, and then 50 MB are written. */
const archiveLimitMs = 60_000;

/**
 * Classes of the broker as the JVM holds them in memory, which it maps at its start in place of
 * loading each from its jar: half the start-up time. Made once for each Java, by a broker that starts
 * and stops. `undefined` where this Java cannot: then brokers start without, only slower.
 */
export async function obtainClassData(
  hosting: Hosting,
  kafka: KafkaInstall,
  java: Tool,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const place = await cachedPart(hosting, classDataPart(kafka, java), async (folder, into) => {
    progress(
      `preparing a faster start of Apache Kafka for Java ${java.version} (50 MB, some 8 s), once, into ${into}`,
    );
    try {
      await train(hosting, kafka, join(folder, archiveName), signal);
    } catch (error) {
      signal?.throwIfAborted();
      hosting.died.throwIfAborted();
      // An empty part: a Java that cannot is not asked again at each run.
      writeFileSync(join(folder, "without.txt"), `${messageOf(error)}\n`);
      progress(`going on without a faster start: ${messageOf(error)}`);
    }
  });
  const archive = join(place, archiveName);
  return existsSync(archive) ? archive : undefined;
}

const archiveName = "classes.jsa";

/** The archive holds for one Java, one classpath text and one set of flags. */
function classDataPart(kafka: KafkaInstall, java: Tool): string {
  const holdsFor = JSON.stringify([java.says, kafka.classpath, jvmFlags]);
  return `kafka-${kafka.version}-classes-${createHash("sha256").update(holdsFor).digest("hex").slice(0, 8)}`;
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
  if (!existsSync(archive)) throw new Error(`java wrote no class-data archive: ${broker.lastLines()}`);
}

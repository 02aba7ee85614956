import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Hosting } from "./hosting.js";
import type { KafkaJars } from "./kafka-jars.js";
import { localHost } from "./ports.js";
import { runToEnd } from "./run-to-end.js";
import type { HostedProcess } from "./warden.js";

/** What it takes to start one of Kafka's programs. */
export interface KafkaInstall extends KafkaJars {
  /** The `java` to run it with. */
  readonly java: string;
  /** A class-data archive for this classpath; without it the start takes twice as long. */
  readonly classData?: string | undefined;
}

/** One process that is both broker and controller, before it runs. */
export interface NodePlan {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** Folder for its settings, its output and its data. */
  readonly folder: string;
}

/** Part of what an archive of classes holds for, so the same in all programs. */
export const jvmFlags: readonly string[] = [
  "-Xmx512m",
  "-XX:+UseSerialGC",
  "-XX:-UsePerfData", // leaves a file in the temporary folder when the JVM is killed
];

/** A JVM, half a second of work, and patience for a slow machine. */
const formatLimitMs = 60_000;

/** Writes the node's settings, and has Kafka's own tool make its data folder ready. */
export async function formatNode(
  hosting: Hosting,
  kafka: KafkaInstall,
  node: NodePlan,
  cluster: { id: string; nodes: readonly NodePlan[] },
  signal?: AbortSignal,
): Promise<void> {
  mkdirSync(join(node.folder, "tmp"), { recursive: true });
  writeFileSync(settingsFile(node), settingsOf(node, cluster.nodes));
  await runToEnd(
    hosting,
    {
      name: `kafka-storage format for broker ${node.id}`,
      command: kafka.java,
      args: [
        ...jvmArgs(kafka, node.folder),
        // For half a second of work the optimising compiler and a log are not worth their start.
        "-XX:TieredStopAtLevel=1",
        "-Dlog4j2.level=ERROR",
        "kafka.tools.StorageTool",
        "format",
        `--cluster-id=${cluster.id}`,
        `--config=${settingsFile(node)}`,
      ],
      cwd: node.folder,
      output: join(node.folder, "format.log"),
    },
    { limitMs: formatLimitMs, signal },
  );
}

/** Starts the node; it is ready once `hasStarted`. */
export async function startNode(
  hosting: Hosting,
  kafka: KafkaInstall,
  node: NodePlan,
  jvmExtra: readonly string[] = [],
): Promise<HostedProcess> {
  const logging = createRequire(import.meta.url).resolve("#package/parts/kafka/log4j2.yaml");
  return await hosting.start({
    name: `broker ${node.id} at ${addressOf(node)}`,
    command: kafka.java,
    args: [
      ...jvmArgs(kafka, node.folder),
      ...jvmExtra,
      `-Dlog4j2.configurationFile=${pathToFileURL(logging).href}`,
      "kafka.Kafka",
      settingsFile(node),
    ],
    cwd: node.folder,
    output: outputOf(node),
  });
}

export function addressOf(node: NodePlan): string {
  return `${localHost}:${node.port}`;
}

export function dataFolderOf(node: NodePlan): string {
  return join(node.folder, "data");
}

export function outputOf(node: NodePlan): string {
  return join(node.folder, "broker.log");
}

/** The broker says so once the controllers let it serve. */
export function hasStarted(node: NodePlan): boolean {
  return readFileSync(outputOf(node), "utf8").includes("Kafka Server started");
}

function jvmArgs(kafka: KafkaInstall, folder: string): string[] {
  return [
    ...jvmFlags,
    // Native libraries of the compression codecs are unpacked there.
    `-Djava.io.tmpdir=${join(folder, "tmp")}`,
    // `auto`: an archive that does not fit is passed over.
    ...(kafka.classData ? [`-XX:SharedArchiveFile=${kafka.classData}`, "-Xshare:auto"] : []),
    "-classpath",
    kafka.classpath,
  ];
}

function settingsFile(node: NodePlan): string {
  return join(node.folder, "server.properties");
}

function settingsOf(node: NodePlan, nodes: readonly NodePlan[]): string {
  const copies = Math.min(3, nodes.length);
  const copiesInSync = Math.min(2, copies);
  const settings: Record<string, string | number> = {
    "process.roles": "broker,controller",
    "node.id": node.id,
    listeners: `PLAINTEXT://${addressOf(node)},CONTROLLER://${localHost}:${node.controllerPort}`,
    "advertised.listeners": `PLAINTEXT://${addressOf(node)}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": nodes
      .map(({ id, controllerPort }) => `${id}@${localHost}:${controllerPort}`)
      .join(),
    "log.dirs": dataFolderOf(node),
    "auto.create.topics.enable": "false",
    // A group is there at once, its commits are not held back, and a dead member is soon missed.
    "group.initial.rebalance.delay.ms": 0,
    "group.coordinator.append.linger.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    // Fifty partitions, the default, take longer to make than a short run to send.
    "offsets.topic.num.partitions": 3,
    "offsets.topic.replication.factor": copies,
    "transaction.state.log.num.partitions": 3,
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": copiesInSync,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": copies,
    "share.coordinator.state.topic.min.isr": copiesInSync,
    // A quarter of the heap by default, for a compaction that no run lives to see.
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Role } from "../../scenario/role.js";
import type { AdvertisedLink } from "../environment.js";
import type { Hosting } from "../../processes/hosting.js";
import type { KafkaJars } from "./kafka-jars.js";
import { localHost } from "../../processes/ports.js";
import { accepts, untilReady } from "../../processes/ready.js";
import { runToEnd } from "../../processes/run-to-end.js";
import type { HostedProcess } from "../../processes/hosted-process.js";

/** Everything needed to start one of Kafka's programs. */
export interface KafkaInstall extends KafkaJars {
  /** The `java` to run it with. */
  readonly java: string;
  /** A class-data archive for this classpath; without it, a start takes twice as long. */
  readonly classData?: string | undefined;
}

/** The plan of one Kafka process. */
export interface NodePlan {
  readonly id: number;
  readonly role: NodeRole;
  /** The port on which it listens as a broker; unused by a dedicated controller. */
  readonly port: number;
  /** The port on which it listens as a controller; unused by a dedicated broker. */
  readonly controllerPort: number;
  /** Its extra listeners for clients that follow advertised addresses. */
  readonly listeners: readonly RoleListener[];
  /** Folder for its settings, its output and its data. */
  readonly folder: string;
}

/** A listener for one role; `advertised` is the port of the proxy in front of it. */
export interface RoleListener {
  readonly role: Role;
  readonly port: number;
  readonly advertised: number;
}

export type NodeRole = "broker" | "controller" | "both";

export interface ClusterPlan {
  readonly id: string;
  readonly nodes: readonly NodePlan[];
  /** Settings for every node, under Kafka's own names; they override lossbound's settings. */
  readonly config: Readonly<Record<string, string>>;
}

/** The same for all programs, because a class-data archive is valid for one set of flags only. */
export const jvmFlags: readonly string[] = [
  "-Xmx512m",
  "-XX:+UseSerialGC",
  // In a run of one minute the optimising compiler uses half of a broker's processor time, which
  // does not pay off.
  "-XX:TieredStopAtLevel=1",
  "-XX:-UsePerfData", // leaves a file in the temporary folder when the JVM is killed
];

/** Formatting takes a JVM start and half a second; the rest is margin for a slow machine. */
const formatLimitMs = 60_000;

/** Writes the node's settings, and formats its data folder with Kafka's own tool. */
export async function formatNode(
  hosting: Hosting,
  kafka: KafkaInstall,
  node: NodePlan,
  cluster: ClusterPlan,
  signal?: AbortSignal,
): Promise<void> {
  mkdirSync(join(node.folder, "tmp"), { recursive: true });
  writeFileSync(settingsFile(node), settingsOf(node, cluster));
  await runToEnd(
    hosting,
    {
      name: `kafka-storage format for ${nameOf(node)}`,
      command: kafka.java,
      args: [
        ...jvmArgs(kafka, node.folder),
        // The tool works for half a second only, so starting its log is not worthwhile.
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

/**
 * Starts the node, and resolves when it serves clients. If the start fails, the process is killed.
 *
 * @throws AddressTaken if its port was taken; LossboundError `ENVIRONMENT` or `DEADLINE`.
 */
export async function startNode(
  hosting: Hosting,
  kafka: KafkaInstall,
  node: NodePlan,
  output: string,
  signal: AbortSignal,
): Promise<HostedProcess> {
  const process = await launchNode(hosting, kafka, node, output);
  const port = node.role === "controller" ? node.controllerPort : node.port;
  const printed = (): string => readFileSync(output, "utf8");
  try {
    await untilReady(
      process,
      printed,
      async () => saysThatItStarted(printed()) && (await accepts(port)),
      signal,
    );
    return process;
  } catch (error) {
    await process.stop(0);
    throw error;
  }
}

/**
 * Launches the node without waiting; it is ready once its output shows it (`saysThatItStarted`).
 */
export async function launchNode(
  hosting: Hosting,
  kafka: KafkaInstall,
  node: NodePlan,
  output: string,
  jvmExtra: readonly string[] = [],
): Promise<HostedProcess> {
  const logging = createRequire(import.meta.url).resolve("#package/parts/kafka/log4j2.yaml");
  return await hosting.start({
    name: `${nameOf(node)} at ${addressOf(node)}`,
    command: kafka.java,
    args: [
      ...jvmArgs(kafka, node.folder),
      ...jvmExtra,
      `-Dlog4j2.configurationFile=${pathToFileURL(logging).href}`,
      "kafka.Kafka",
      settingsFile(node),
    ],
    cwd: node.folder,
    output,
  });
}

/** Returns the main `host:port`: as a broker, or as a dedicated controller. */
export function addressOf(node: NodePlan): string {
  return node.role === "controller" ? controllerAddressOf(node) : brokerAddressOf(node);
}

export function linksOf(node: NodePlan): AdvertisedLink[] {
  return node.listeners.map(({ role, port, advertised }) => ({
    role,
    broker: brokerAddressOf(node),
    upstream: `${localHost}:${port}`,
    proxy: `${localHost}:${advertised}`,
  }));
}

export function dataFolderOf(node: NodePlan): string {
  return join(node.folder, "data");
}

/** Returns the file for the output of the given start, counted from 1. */
export function outputOf(node: NodePlan, start: number): string {
  return join(node.folder, `${node.role}-${start}.log`);
}

/**
 * Whether the output says that the node has started. A broker prints that once the controllers have
 * unfenced it.
 *
 * @param output everything that it printed since this start.
 */
export function saysThatItStarted(output: string): boolean {
  return output.includes("Kafka Server started");
}

function jvmArgs(kafka: KafkaInstall, folder: string): string[] {
  return [
    ...jvmFlags,
    // The compression codecs unpack their native libraries there.
    `-Djava.io.tmpdir=${join(folder, "tmp")}`,
    // `auto` makes the JVM ignore an archive that does not match.
    ...(kafka.classData ? [`-XX:SharedArchiveFile=${kafka.classData}`, "-Xshare:auto"] : []),
    "-classpath",
    kafka.classpath,
  ];
}

function settingsFile(node: NodePlan): string {
  return join(node.folder, "server.properties");
}

function nameOf({ role, id }: NodePlan): string {
  return role === "controller" ? "the controller" : `broker ${id}`;
}

function brokerAddressOf({ port }: NodePlan): string {
  return `${localHost}:${port}`;
}

function controllerAddressOf({ controllerPort }: NodePlan): string {
  return `${localHost}:${controllerPort}`;
}

function settingsOf(node: NodePlan, { nodes, config }: ClusterPlan): string {
  const copies = Math.min(3, nodes.filter(({ role }) => role !== "controller").length);
  const copiesInSync = Math.min(2, copies);
  const asBroker = node.role === "controller" ? [] : [`PLAINTEXT://${brokerAddressOf(node)}`];
  const links = linksOf(node).map((link) => ({ ...link, name: link.role.toUpperCase() }));
  const names = links.map(({ name }) => name);
  const asController = node.role === "broker" ? [] : [`CONTROLLER://${controllerAddressOf(node)}`];
  const settings: Record<string, string | number> = {
    "process.roles": node.role === "both" ? "broker,controller" : node.role,
    "node.id": node.id,
    listeners: [
      ...asBroker,
      ...links.map(({ name, upstream }) => `${name}://${upstream}`),
      ...asController,
    ].join(),
    ...(node.role !== "controller" && {
      "advertised.listeners": [...asBroker, ...links.map(({ name, proxy }) => `${name}://${proxy}`)].join(),
    }),
    "listener.security.protocol.map": ["PLAINTEXT", "CONTROLLER", ...names]
      .map((name) => `${name}:PLAINTEXT`)
      .join(),
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": nodes
      .filter(({ role }) => role !== "broker")
      .map((one) => `${one.id}@${controllerAddressOf(one)}`)
      .join(),
    "log.dirs": dataFolderOf(node),
    "auto.create.topics.enable": "false",
    // Short times, so that a killed broker is fenced soon and a restarted one is unfenced soon.
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,
    // A group forms at once, its commits are not delayed, and a dead member is removed soon.
    "group.initial.rebalance.delay.ms": 0,
    "group.coordinator.append.linger.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    // The default of fifty partitions takes longer to create than a short run takes to send.
    "offsets.topic.num.partitions": 3,
    "offsets.topic.replication.factor": copies,
    "transaction.state.log.num.partitions": 3,
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": copiesInSync,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": copies,
    "share.coordinator.state.topic.min.isr": copiesInSync,
    // The default is a quarter of the heap, for a compaction that no run lasts long enough to need.
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
    ...config,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

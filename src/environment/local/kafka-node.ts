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

/** What it takes to start one of Kafka's programs. */
export interface KafkaInstall extends KafkaJars {
  /** The `java` to run it with. */
  readonly java: string;
  /** A class-data archive for this classpath; without it the start takes twice as long. */
  readonly classData?: string | undefined;
}

/** One process of Kafka, before it runs. */
export interface NodePlan {
  readonly id: number;
  readonly role: NodeRole;
  /** Where it listens as a broker; a controller alone has no use for it. */
  readonly port: number;
  /** Where it listens as a controller; a broker alone has no use for it. */
  readonly controllerPort: number;
  /** Where it listens as a broker for clients that follow advertised addresses. */
  readonly listeners: readonly RoleListener[];
  /** Folder for its settings, its output and its data. */
  readonly folder: string;
}

/** A listener for one role; `advertised` is the port of the proxy that stands before it. */
export interface RoleListener {
  readonly role: Role;
  readonly port: number;
  readonly advertised: number;
}

export type NodeRole = "broker" | "controller" | "both";

export interface ClusterPlan {
  readonly id: string;
  readonly nodes: readonly NodePlan[];
  /** Settings of every node, under Kafka's own names; they win over ours. */
  readonly config: Readonly<Record<string, string>>;
}

/** Part of what an archive of classes holds for, so the same in all programs. */
export const jvmFlags: readonly string[] = [
  "-Xmx512m",
  "-XX:+UseSerialGC",
  // In a run of a minute the optimising compiler takes half of a broker's processor time, and never
  // gives it back.
  "-XX:TieredStopAtLevel=1",
  "-XX:-UsePerfData", // leaves a file in the temporary folder when the JVM is killed
];

/** A JVM, half a second of work, and patience for a slow machine. */
const formatLimitMs = 60_000;

/** Writes the node's settings, and has Kafka's own tool make its data folder ready. */
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
        // For half a second of work a log is not worth its start.
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
 * Starts the node, and resolves when it serves. When it does not come to that, it is ended.
 *
 * @throws AddressTaken when its port was taken; LossboundError `ENVIRONMENT`, `DEADLINE`.
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

/** Starts the node; it is ready once its output says so (`saysThatItStarted`). */
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

/** `host:port` of what it is in the first place. */
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

/** File for what its life prints; the first is life 1. */
export function outputOf(node: NodePlan, life: number): string {
  return join(node.folder, `${node.role}-${life}.log`);
}

/**
 * A broker says so once the controllers let it serve.
 *
 * @param output what this life of it printed.
 */
export function saysThatItStarted(output: string): boolean {
  return output.includes("Kafka Server started");
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
    // A broker that is killed is soon missed, and one that starts again is soon let in.
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,
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
    ...config,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}

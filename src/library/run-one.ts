import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";

import { epochMs } from "../base/clock.js";
import { LossboundError, messageOf } from "../base/errors.js";
import type { Environment } from "../environment/environment.js";
import { openLinks } from "../environment/links/links.js";
import { connectToxiproxy } from "../environment/links/toxiproxy.js";
import { Faults } from "../experiment/faults/faults.js";
import { MachineWatch } from "../experiment/machine.js";
import { livesThatGaveUp } from "../experiment/counts.js";
import { followWhereNeeded, missedInWords, watchLog } from "../experiment/audit/follow.js";
import { watchLive } from "../experiment/live/live.js";
import { Measuring } from "../experiment/live/measure.js";
import { scanLog } from "../experiment/audit/scan.js";
import { scanOutput } from "../experiment/audit/scan-output.js";
import {
  drain,
  groupAssigned,
  logStandsStill,
  producersEnded,
  producersReady,
} from "../experiment/phases/settle.js";
import { ownTopic } from "../experiment/topic.js";
import { boxesName, eventsName, judgeStored, writeCourse } from "./judge.js";
import { dialDirectly } from "../kafka/dial/dial.js";
import type { Driver } from "../kafka/driver.js";
import { kafkajsDriver } from "../kafka/kafkajs/driver.js";
import { securityFromEnvironment } from "../kafka/security.js";
import { openEvents } from "../ledger/record/events.js";
import { writeRunRecord } from "../ledger/record/run-record.js";
import type { Exporter } from "../metrics/exporter.js";
import { factsOf } from "../metrics/values.js";
import { makePlan } from "../plan/plan.js";
import type { Phase, RunObserver } from "../experiment/progress.js";
import type { Result } from "../results/result.js";
import { openRunFolder } from "../store/run-folder.js";
import type { Scenario } from "../scenario/scenario.js";
import { bytesOfBoxes } from "../crew/box-room.js";
import { Crew } from "../crew/crew.js";

export interface ExperimentOptions {
  scenario: Scenario;
  seed: number;
  /** Where the folder of the run goes. */
  out: string;
  observer: RunObserver;
  signal: AbortSignal;
  /** The command that repeats the run, for the result. */
  repeatWith: string;
  /** Shows the run as it goes on to whoever asks for metrics. */
  exporter?: Exporter | undefined;
  /** Write an event for each request of a producer. */
  traceRequests?: boolean;
  /** Another program in place of our worker. */
  workerEntry?: string;
  /** Another client in place of kafkajs, for all but the workers. */
  driver?: Driver;
}

/**
 * The experiment: one scenario on one environment, from the plan to the verdict. Everything it makes
 * is held with `await using`, so whatever happens on the way is undone in the reverse order.
 */
export async function experiment(environment: Environment, options: ExperimentOptions): Promise<Result> {
  const { scenario, seed, observer, exporter, driver = kafkajsDriver } = options;
  const plan = makePlan(scenario, seed);
  const runId = randomBytes(16).toString("hex");
  const topic = `lossbound-${scenario.name}-${runId.slice(0, 8)}`;
  const groupId = `${topic}-group`;
  const failures = new AbortController();
  const signal = AbortSignal.any([options.signal, environment.died, failures.signal]);

  await using folder = await openRunFolder(environment, resolve(options.out), scenario.name);
  await using boxes = await environment.folder(`boxes-${runId.slice(0, 8)}`, bytesOfBoxes(plan));
  const events = join(folder.path, eventsName);
  const write = openEvents(events, "supervisor");

  // Direct connections, for admin and auditor alone.
  const security = environment.kind === "external" ? securityFromEnvironment() : undefined;
  const connection = {
    clientId: `lossbound-${runId.slice(0, 8)}-auditor`,
    bootstrap: environment.bootstrap,
    dial: dialDirectly(security?.tls),
    security,
  };
  await using admin = driver.admin(connection, signal);
  await admin.connect();
  const brokers = await admin.describeBrokers();
  /** Addresses of brokers that are away by the plan. */
  const away = new Set<string>();
  await using links = await openLinks({
    toxiproxy: await connectToxiproxy(environment.toxiproxy, environment.kind === "local"),
    brokers: brokers.map(({ id, address }) => ({ id, address, upstream: address })),
    advertised: environment.links.filter(({ role }) => scenario[`${role}s`].command !== undefined),
    proxyHost: environment.proxyHost,
    proxyPorts: environment.proxyPorts,
    runId: runId.slice(0, 8),
    clock: epochMs,
    tls: security?.tls,
    onBroker: (event) => {
      observer.line(`broker ${event.broker}: ${event.kind}`);
      // A broker that goes away without a fault of the plan takes the meaning of the run along.
      if (event.kind === "refuses" && !away.has(event.broker))
        failures.abort(
          new LossboundError("ENVIRONMENT", `broker ${event.broker} stopped taking connections`),
        );
      if (event.kind === "failed") failures.abort(event.error);
    },
  });
  await using _topic = await ownTopic(environment, admin, { topic, groupId, scenario });

  await using crew = new Crew({
    plan,
    runId,
    topic,
    groupId,
    brokers,
    routes: { producer: links.producer.routes, consumer: links.consumer.routes },
    secured: security !== undefined,
    traceRequests: options.traceRequests ?? false,
    classpath: environment.classpath,
    boxes: boxes.path,
    events,
    output: folder.path,
    start: environment.start,
    write,
    workerEntry: options.workerEntry,
  });
  const auditing = { plan, runId, topic, groupId, boxes: boxes.path, driver, connection, admin, signal };
  const say = (line: string): void => observer.line(line);
  const clusterStays = environment.kind !== "local";
  const following = { ...auditing, clusterStays, say };
  await using follower = await followWhereNeeded(following);
  await using watch = exporter !== undefined && follower === undefined ? watchLog(following) : undefined;
  await using faults = new Faults({
    plan,
    crew,
    links,
    admin,
    brokers,
    handles: environment.brokers,
    away,
    topic,
    groupId,
    follower,
    write,
    say,
    signal,
  });
  for (const failed of [crew.failed, faults.failed]) {
    failed.addEventListener("abort", () => failures.abort(failed.reason));
  }
  const settling = { plan, topic, groupId, admin, crew, faults, signal };
  const measuring = new Measuring({ plan, crew, faults, log: follower ?? watch });
  using live = watchLive({ plan, crew, faults, measuring, observer });
  const on = {
    kind: environment.kind,
    broker: environment.versions.broker,
    proxy: environment.versions.proxy,
    client: `${driver.name} ${driver.version}`,
    node: process.version,
  };
  using _metrics = exporter?.begin(plan, factsOf(on), () => measuring.read(live));
  const enter = (phase: Phase): void => {
    write({ event: "phase", phase });
    live.phase = phase;
  };

  enter("starting");
  await Promise.all(
    Array.from({ length: scenario.consumers.count }, (_, worker) => crew.start("consumer", worker)),
  );
  await groupAssigned(settling);
  await faults.beginEarly();
  await Promise.all(
    Array.from({ length: scenario.producers.count }, (_, worker) => crew.start("producer", worker)),
  );
  await producersReady(settling);

  enter("sending");
  using machine = new MachineWatch();
  const startedAt = Math.ceil(epochMs()) + 5;
  for (const life of crew.lives)
    if (life.role === "producer") crew.command(life, { kind: "go", at: startedAt });
  live.startedAt = startedAt;
  faults.begin(startedAt);
  await producersEnded(settling);

  enter("healing");
  // Without its brokers nothing can be said of the log.
  await faults.endBrokerFaults();
  // What was to last is healed only when the log has stood still under it.
  if (faults.inForce.length > 0) await logStandsStill(settling);
  await faults.endLinkFaults();
  await logStandsStill(settling);

  enter("draining");
  const left = await drain(settling);
  if (left !== undefined) write({ event: "drain-limit", why: left });
  await faults.end();
  const machineUntilDrained = machine.record();
  await crew.end("consumer", 15_000);
  signal.throwIfAborted();

  enter("scanning");
  await follower?.end();
  const gaveUp = [
    ...livesThatGaveUp(crew),
    ...(left === undefined ? [] : [left]),
    ...missedInWords(follower),
  ];
  const log = await scanLog(auditing, (stored) => crew.settleReports(stored));
  const output = scenario.guarantee === "effectively-once" ? await scanOutput(auditing) : null;

  const told = await environment.brokerLog?.told({ clients: `lossbound-${runId.slice(0, 8)}-`, topic });

  enter("judging");
  writeRunRecord(folder.path, {
    runId,
    plan,
    startedAt,
    lives: crew.records(),
    log,
    output,
    witnesses: {
      // A command's client has a name of its own: its requests are not found in the brokers' logs.
      refusals: scenario.producers.command === undefined ? (told?.refusals ?? null) : null,
      truncations: told?.truncations ?? null,
      followed: follower !== undefined,
    },
    gaveUp,
    machine: machineUntilDrained,
    environment: on,
    repeatWith: options.repeatWith,
  });
  await folder.take(boxes.path, boxesName);
  const judged = await judgeStored(folder.path).catch(async (error: unknown) => {
    // What contradicts itself is kept, to be looked at: it is the harness that has to explain it.
    const kept = await folder.keepFailed().catch((failure: unknown) => `no place (${messageOf(failure)})`);
    throw new LossboundError("HARNESS", `${messageOf(error)}; its files are in ${kept}`, { cause: error });
  });
  await writeCourse(folder.path, judged);
  await folder.keep(judged.result);
  exporter?.finish(judged);
  return judged.result;
}

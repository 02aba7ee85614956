import { epochMs } from "../../base/clock.js";
import { LossboundError } from "../../base/errors.js";
import { Undo } from "../../base/undo.js";
import { Crew } from "../../crew/crew.js";
import type { Environment } from "../../environment/environment.js";
import { type Links, openLinks } from "../../environment/links/links.js";
import { connectToxiproxy } from "../../environment/links/toxiproxy.js";
import { dialDirectly } from "../../kafka/dial/dial.js";
import type { AdminClient, Driver } from "../../kafka/driver.js";
import { kafkajsDriver } from "../../kafka/kafkajs/driver.js";
import { securityFromEnvironment } from "../../kafka/security.js";
import { openEvents } from "../../ledger/record/events.js";
import type { RunRecord } from "../../ledger/record/run-record.js";
import type { Plan } from "../../plan/plan.js";
import type { AuditOrder } from "../audit/audit.js";
import { type Follower, followWhereNeeded, watchLog } from "../audit/follow.js";
import { Faults } from "../faults/faults.js";
import { watchLive } from "../live/live.js";
import { type Measures, Measuring } from "../live/measure.js";
import type { Phase, RunObserver } from "../progress.js";
import { ownTopic } from "../topic.js";

export interface SetUpOptions {
  /** 32 hexadecimal digits. */
  runId: string;
  /** Folder for the files of the run. */
  folder: string;
  /** File for its events. */
  events: string;
  /** Folder for the black boxes. */
  boxes: string;
  observer: RunObserver;
  signal: AbortSignal;
  /** Follows the log in every run, so that `measured` knows what is stored so far. */
  isWatched: boolean;
  /** Writes an event for each request of a producer. */
  traceRequests?: boolean | undefined;
  /** Starts this program instead of the built-in worker. */
  workerEntry?: string | undefined;
  /** Uses this client instead of kafkajs, except in the workers. */
  driver?: Driver | undefined;
}

/** Everything that a run needs, ready to start. Disposing it undoes all of it, in reverse order. */
export interface Stage extends AsyncDisposable {
  readonly plan: Plan;
  readonly runId: string;
  readonly topic: string;
  readonly groupId: string;
  readonly environment: Environment;
  readonly versions: RunRecord["environment"];
  readonly admin: AdminClient;
  readonly crew: Crew;
  readonly faults: Faults;
  /** The auditor that follows the log as a witness, if the plan lets records vanish. */
  readonly follower: Follower | undefined;
  readonly auditing: AuditOrder;
  /** Aborted if the run is interrupted, or one of its parts has failed. */
  readonly signal: AbortSignal;
  write: ReturnType<typeof openEvents>;
  enter(phase: Phase): void;
  /** The producers begin to send at this moment, in milliseconds since 1970. */
  begin(startedAt: number): void;
  /** Reads the counts so far from the black boxes. */
  measured(): Measures;
}

/**
 * Sets up a run: direct connections, proxies, topic, crew, auditor and faults.
 *
 * @throws LossboundError if a part cannot be set up; what was set up before it is undone.
 */
export async function setUp(environment: Environment, plan: Plan, options: SetUpOptions): Promise<Stage> {
  const { runId, observer, driver = kafkajsDriver } = options;
  const { scenario } = plan;
  const topic = `lossbound-${scenario.name}-${runId.slice(0, 8)}`;
  const groupId = `${topic}-group`;
  const failures = new AbortController();
  const signal = AbortSignal.any([options.signal, environment.died, failures.signal]);
  const write = openEvents(options.events, "supervisor");
  const say = (line: string): void => observer.line(line);
  await using undo = new Undo();

  // Only admin and auditor connect directly.
  const security = environment.kind === "external" ? securityFromEnvironment() : undefined;
  const connection = {
    clientId: `lossbound-${runId.slice(0, 8)}-auditor`,
    bootstrap: environment.bootstrap,
    dial: dialDirectly(security?.tls),
    security,
  };
  const admin = undo.use(driver.admin(connection, signal));
  await admin.connect();
  const brokers = await admin.describeBrokers();
  /** Addresses of brokers that are away because the plan says so. */
  const away = new Set<string>();
  const links = undo.use(
    await openLinks({
      toxiproxy: await connectToxiproxy(environment.toxiproxy, environment.kind === "local"),
      brokers: brokers.map(({ id, address }) => ({ id, address, upstream: address })),
      advertised: environment.links.filter(({ role }) => scenario[`${role}s`].command !== undefined),
      proxyHost: environment.proxyHost,
      proxyPorts: environment.proxyPorts,
      runId: runId.slice(0, 8),
      clock: epochMs,
      tls: security?.tls,
      onBroker: (event) => {
        say(`broker ${event.broker}: ${event.kind}`);
        // If a broker goes away without a fault of the plan, the run means nothing.
        if (event.kind === "refuses" && !away.has(event.broker))
          failures.abort(
            new LossboundError("ENVIRONMENT", `broker ${event.broker} stopped taking connections`),
          );
        if (event.kind === "failed") failures.abort(event.error);
      },
    }),
  );
  undo.use(await ownTopic(environment, admin, { topic, groupId, scenario }));

  const crew = undo.use(
    new Crew({
      plan,
      runId,
      topic,
      groupId,
      brokers,
      routes: routesOf(links),
      secured: security !== undefined,
      traceRequests: options.traceRequests ?? false,
      classpath: environment.classpath,
      boxes: options.boxes,
      events: options.events,
      output: options.folder,
      start: environment.start,
      write,
      workerEntry: options.workerEntry,
    }),
  );
  const auditing = { plan, runId, topic, groupId, boxes: options.boxes, driver, connection, admin, signal };
  const following = { ...auditing, clusterStays: environment.kind !== "local", say };
  const follower = await followWhereNeeded(following);
  if (follower !== undefined) undo.use(follower);
  const watch = options.isWatched && follower === undefined ? undo.use(watchLog(following)) : undefined;
  const faults = undo.use(
    new Faults({
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
    }),
  );
  for (const failed of [crew.failed, faults.failed]) {
    failed.addEventListener("abort", () => failures.abort(failed.reason));
  }
  const measuring = new Measuring({ plan, crew, faults, log: follower ?? watch });
  const live = watchLive({ plan, crew, faults, measuring, observer });
  undo.defer(() => live[Symbol.dispose]());
  const undoAll = undo.move();
  return {
    plan,
    runId,
    topic,
    groupId,
    environment,
    versions: {
      kind: environment.kind,
      broker: environment.versions.broker,
      proxy: environment.versions.proxy,
      client: `${driver.name} ${driver.version}`,
      node: process.version,
    },
    admin,
    crew,
    faults,
    follower,
    auditing,
    signal,
    write,
    enter(phase) {
      write({ event: "phase", phase });
      live.phase = phase;
    },
    begin(startedAt) {
      live.startedAt = startedAt;
      faults.begin(startedAt);
    },
    measured: () => measuring.read(live),
    [Symbol.asyncDispose]: () => undoAll[Symbol.asyncDispose](),
  };
}

function routesOf({ producer, consumer }: Links) {
  return { producer: producer.routes, consumer: consumer.routes };
}

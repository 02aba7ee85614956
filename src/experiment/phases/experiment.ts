import { epochMs } from "../../base/clock.js";
import type { RunRecord } from "../../ledger/record/run-record.js";
import type { Role } from "../../scenario/role.js";
import { missedInWords } from "../audit/follow.js";
import { scanOutput } from "../audit/scan-output.js";
import { scanLog } from "../audit/scan.js";
import { livesThatGaveUp } from "../counts.js";
import { MachineWatch } from "../machine.js";
import type { Stage } from "./set-up.js";
import { drain, groupAssigned, logStandsStill, producersEnded, producersReady } from "./settle.js";

/** Milliseconds between the order to send and the moment for which it is given. */
const leadMs = 5;
/** How long the consumers may take to leave their group. */
const leaveLimitMs = 15_000;

/** Runs an experiment on a stage, phase by phase, and returns what there is to judge beside the black boxes. */
export async function experiment(stage: Stage): Promise<Omit<RunRecord, "repeatWith">> {
  await start(stage);
  using machine = new MachineWatch();
  const startedAt = await send(stage);
  await heal(stage);
  const unread = await drainAll(stage);
  const machineUntilDrained = machine.record();
  await stage.crew.end("consumer", leaveLimitMs);
  stage.signal.throwIfAborted();
  return { ...(await scan(stage, unread)), startedAt, machine: machineUntilDrained };
}

async function start(stage: Stage): Promise<void> {
  stage.enter("starting");
  await startAll(stage, "consumer");
  await groupAssigned(stage);
  await stage.faults.beginEarly();
  await startAll(stage, "producer");
  await producersReady(stage);
}

async function startAll({ plan, crew }: Stage, role: Role): Promise<void> {
  const { count } = plan.scenario[`${role}s`];
  await Promise.all(Array.from({ length: count }, (_, worker) => crew.start(role, worker)));
}

async function send(stage: Stage): Promise<number> {
  stage.enter("sending");
  const { crew } = stage;
  const startedAt = Math.ceil(epochMs()) + leadMs;
  for (const life of crew.lives) {
    if (life.role === "producer") crew.command(life, { kind: "go", at: startedAt });
  }
  stage.begin(startedAt);
  await producersEnded(stage);
  return startedAt;
}

async function heal(stage: Stage): Promise<void> {
  stage.enter("healing");
  const { faults } = stage;
  // Without its brokers the log cannot be asked for anything.
  await faults.endBrokerFaults();
  // A fault that lasts to the end is healed only when the log has stood still under it.
  if (faults.inForce.length > 0) await logStandsStill(stage);
  await faults.endLinkFaults();
  await logStandsStill(stage);
}

/** @returns why messages are left unread, if the limit was over. */
async function drainAll(stage: Stage): Promise<string | undefined> {
  stage.enter("draining");
  const unread = await drain(stage);
  if (unread !== undefined) stage.write({ event: "drain-limit", why: unread });
  await stage.faults.end();
  return unread;
}

async function scan(
  stage: Stage,
  unread: string | undefined,
): Promise<Omit<RunRecord, "repeatWith" | "startedAt" | "machine">> {
  stage.enter("scanning");
  const { plan, runId, topic, environment, crew, follower, auditing, versions } = stage;
  const { guarantee, producers } = plan.scenario;
  await follower?.end();
  const gaveUp = [
    ...livesThatGaveUp(crew),
    ...(unread === undefined ? [] : [unread]),
    ...missedInWords(follower),
  ];
  const log = await scanLog(auditing, (stored) => crew.settleReports(stored));
  const output = guarantee === "effectively-once" ? await scanOutput(auditing) : null;
  const told = await environment.brokerLog?.told({ clients: `lossbound-${runId.slice(0, 8)}-`, topic });
  stage.enter("judging");
  return {
    runId,
    plan,
    lives: crew.records(),
    log,
    output,
    witnesses: {
      // A command's client has a name of its own, so its requests cannot be found in the brokers' logs.
      refusals: producers.command === undefined ? (told?.refusals ?? null) : null,
      truncations: told?.truncations ?? null,
      followed: follower !== undefined,
    },
    gaveUp,
    environment: versions,
  };
}

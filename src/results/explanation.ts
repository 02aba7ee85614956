import type { ConsumerTrace, MessageTrace, SentTrace } from "../ledger/message-trace.js";
import type { LifeRecord, RefusalRecord } from "../ledger/record/run-record.js";
import {
  boxName,
  clientIdOf,
  followBoxName,
  outputBoxName,
  scanBoxName,
} from "../ledger/record/run-record.js";
import { timesOf } from "../ledger/record/life-times.js";
import { partitionOf } from "../plan/layout.js";
import { type MessageId, messageName } from "../plan/message-name.js";
import { type Cause, causes } from "../scenario/scenario.js";
import type { Fate } from "../verdict/fates/fates.js";
import { witnessOfFate } from "./fate-witness.js";
import type { Judged } from "./make-result.js";

/** The life of one message, as data: what each witness says of it, and what follows from that. */
export interface Explanation {
  schema: "lossbound.message/1";
  scenario: string;
  runId: string;
  /** Its name, `PRODUCER:NUMBER`. */
  message: string;
  producer: number;
  number: number;
  /** `null`: a command has sent it, whose client chose the partition. */
  partition: number | null;
  fate: "unsent" | "processed" | "duplicated" | "unread" | "indeterminate" | "lost";
  /** Where it died; `null` where it is not lost. */
  cause: Cause | null;
  /** Whose evidence decides that. */
  decidedBy: string;
  /** What took it, such as `timeout on producer-link`; `null` if it is not lost, or if no fault explains it. */
  takenBy: Taker | null;
  /** In the order of the way of a message, not of time. */
  steps: Step[];
}

/** An occurrence of a fault. */
export interface Taker {
  fault: string;
  /** Milliseconds since the producers began to send; `null`: never. */
  appliedAt: number | null;
  healedAt: number | null;
}

export interface Step {
  /** Milliseconds since the producers began to send; `null`: nobody wrote down when. */
  from: number | null;
  /** Up to when, where it is known no better than that. */
  until: number | null;
  what: string;
  /** Who says so: a file of the run, or the plan. */
  witness: string;
}

/**
 * @param fate of the message, as the ledger has it.
 * @param culprit the place of the fault event that took it.
 */
export function explain(
  judged: Judged,
  message: MessageId,
  { fate, culprit }: { fate: Fate; culprit: number | undefined },
  trace: MessageTrace,
): Explanation {
  const { run } = judged;
  const cause = causes.find((one) => one === fate) ?? null;
  const { producers, topic } = run.plan.scenario;
  const partition =
    producers.command === undefined ? partitionOf(message.number, message.producer, topic.partitions) : null;
  const consumers = trace.consumers.flatMap((each) => handling(judged, each));
  return {
    schema: "lossbound.message/1",
    scenario: run.plan.scenario.name,
    runId: run.runId,
    message: messageName(message),
    ...message,
    partition,
    fate: cause === null ? (fate as Exclude<Explanation["fate"], "lost">) : "lost",
    cause,
    decidedBy: witnessOfFate(fate),
    takenBy: culprit === undefined ? null : takerOf(judged, culprit),
    steps: [
      planned(judged, message, partition),
      ...(trace.sent === null ? [neverSent(judged, message)] : sending(judged, trace.sent)),
      ...inTheLog(judged, partition, trace),
      ...(consumers.length === 0 && trace.sent !== null ? [neverFetched()] : consumers),
      ...effects(trace),
    ],
  };
}

function takerOf(judged: Judged, culprit: number): Taker {
  const { kind, on, appliedAt, healedAt } = judged.faults[culprit]!;
  return {
    fault: `${kind} on ${on}`,
    appliedAt: sinceStart(judged, appliedAt),
    healedAt: sinceStart(judged, healedAt),
  };
}

function planned({ run }: Judged, { producer, number }: MessageId, partition: number | null): Step {
  const { rate, count } = run.plan.scenario.producers;
  if (partition === null) return step(`planned: number ${number} of life ${producer} of the command`, "plan");
  const due = Math.round((number * 1000 * count) / rate);
  return step(`planned: producer ${producer}, number ${number}, for partition ${partition}`, "plan", due);
}

function neverSent({ ledger }: Judged, { producer }: MessageId): Step {
  const below = ledger.sentBelow[producer]!;
  return step(
    `never sent: its producer came to number ${below}, and not to it`,
    `producer-${producer}.*.box`,
  );
}

function sending(judged: Judged, sent: SentTrace): Step[] {
  const { life, handed, outcome, requests } = sent;
  const box = boxName(life);
  const since = (at: number | null) => sinceStart(judged, at);
  const steps = [
    step(`sent by ${nameOf(life)}`, box, since(sent.after), since(sent.by)),
    ...inForce(judged, sent),
  ];
  for (const { at, broker, connection, correlationId } of requests) {
    const what = `handed to the kernel: request ${correlationId} to broker ${broker}, connection ${connection}`;
    steps.push(step(what, box, since(at)));
  }
  if (requests.length === 0) {
    steps.push(
      step(handed ? "handed to the kernel" : "never handed to the kernel: it stayed in the process", box),
    );
  }
  switch (outcome) {
    case "accepted":
      steps.push(step("accepted: its send resolved", box));
      break;
    case "rejected":
      steps.push(step("rejected: its send threw, and the application was told", box));
      break;
    case "none":
      steps.push(step("its send never came back", box));
      break;
  }
  if (life.killed && (outcome === "none" || !handed)) steps.push(killed(judged, life));
  return [...steps, ...refusals(judged, sent)];
}

/** Faults whose time touches that of the sending. */
function inForce(judged: Judged, { after, by }: SentTrace): Step[] {
  if (after === null || by === null) return [];
  return judged.faults
    .filter(({ appliedAt, healedAt }) => {
      return appliedAt !== null && appliedAt <= by && (healedAt === null || healedAt >= after);
    })
    .map(({ kind, on, appliedAt, healedAt }) =>
      step(
        `in force at that time: ${kind} on ${on}`,
        "events.ndjson",
        sinceStart(judged, appliedAt),
        sinceStart(judged, healedAt),
      ),
    );
}

function refusals(judged: Judged, { life, requests, behindRefused }: SentTrace): Step[] {
  const { runId, witnesses } = judged.run;
  const clientId = clientIdOf(runId, life);
  const ofLife = (witnesses.refusals ?? []).filter((refusal) => refusal.clientId === clientId);
  const own = ofLife.filter((refusal) => requests.some((request) => isOf(refusal, request)));
  if (behindRefused && own.length === 0) {
    return [
      step(
        "refused: its request stood behind one that a broker closed the connection over",
        "log of a broker",
      ),
    ];
  }
  return own.map(({ broker, correlationId, at }) =>
    step(
      `refused: broker ${broker} closed the connection over request ${correlationId}`,
      `log of broker ${broker}`,
      sinceStart(judged, at),
    ),
  );
}

function isOf(refusal: RefusalRecord, request: SentTrace["requests"][number]): boolean {
  return refusal.broker === request.broker && refusal.correlationId === request.correlationId;
}

function inTheLog(judged: Judged, partition: number | null, { sent, log, seen }: MessageTrace): Step[] {
  if (sent === null) return [];
  const entry = judged.run.log.find((one) => one.partition === partition);
  const range = entry === undefined ? "" : `, which has offsets ${entry.start} to below ${entry.end}`;
  const place = partition === null ? "the log at the end" : `the log of partition ${partition} at the end`;
  const followed = seen === null ? [] : [step(wasSeen(seen), `${followBoxName}, an auditor`)];
  if (log.copies === 0) return [...followed, step(`not in ${place}${range}`, `${scanBoxName}, an auditor`)];
  const position = entry?.position ?? null;
  const side = log.uncommitted ? "not below" : "below";
  const where = position === null ? "of which there is none" : String(position);
  return [
    ...followed,
    step(
      `in ${place}${log.copies === 2 ? ", more than once" : ""}${range}; ${side} the group's position` +
        (partition === null ? "" : `, ${where}`),
      `${scanBoxName}, an auditor`,
    ),
  ];
}

function wasSeen(seen: boolean): string {
  return seen ? "was seen in the log while the run went on" : "was never seen in the log";
}

function handling(judged: Judged, { life, planes }: ConsumerTrace): Step[] {
  const box = boxName(life);
  const who = nameOf(life);
  const says: [boolean, string][] = [
    [planes.has("fetched"), `fetched by ${who}`],
    [planes.has("tried") && !planes.has("covered"), `${who} tried to commit over it, without an answer`],
    [planes.has("covered"), `${who} committed over it, and the commit was acknowledged`],
    [planes.has("began"), `its handler began in ${who}`],
    [planes.has("began") && !planes.has("ended"), `its handler never ended in ${who}`],
    [planes.has("ended"), `its handler ended in ${who}`],
    [planes.has("beganAgain"), `its handler began again in ${who}`],
    [planes.has("endedAgain"), `its handler ended again in ${who}`],
  ];
  const steps = says.filter(([isSo]) => isSo).map(([, what]) => step(what, box));
  return life.killed && !planes.has("ended") ? [...steps, killed(judged, life)] : steps;
}

function neverFetched(): Step {
  return step("no consumer fetched it", "consumer-*.box");
}

function effects({ effects: records }: MessageTrace): Step[] {
  if (records === null) return [];
  const often = ["not", "once", "more than once"][records]!;
  return [step(`its effect is ${often} in the output topic`, `${outputBoxName}, an auditor`)];
}

function killed(judged: Judged, life: LifeRecord): Step {
  const { endedAt } = timesOf(judged.lifeTimes, life);
  return step(`${nameOf(life)} was killed`, "events.ndjson", sinceStart(judged, endedAt));
}

function nameOf({ role, worker, life }: LifeRecord): string {
  return `${role} ${worker}, life ${life}`;
}

function sinceStart({ run }: Judged, at: number | null): number | null {
  return at === null ? null : Math.round(at - run.startedAt);
}

function step(what: string, witness: string, from: number | null = null, until: number | null = null): Step {
  return { from, until: until === from ? null : until, what, witness };
}

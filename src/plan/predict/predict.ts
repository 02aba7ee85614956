import type { Scenario } from "../../scenario/scenario.js";
import type { Fault, KillFault, LinkFault, OversizeFault, ResetOffsetsFault } from "../../scenario/faults.js";
import { predictConsumerKills } from "./consumer-kill.js";
import { predictCuts } from "./cut-connection.js";
import { predictPlaces } from "./exact-place.js";
import { predictWindows } from "./link-window.js";
import { predictNoLoss } from "./no-loss.js";
import { predictOffsetsReset } from "./offsets-reset.js";
import { predictOversized } from "./oversized-record.js";
import { type Formula, type Prediction, type Unpredicted, unpredicted } from "./prediction.js";
import { predictProducerKills } from "./producer-kill.js";

/**
 * What a scenario will lose by each cause, of the scenario alone: an exact number, or an interval that 99 of
 * 100 runs are to lie in. Whichever workers the seed draws makes no difference. Where nothing honest can be
 * said it says so, and why: a loose interval would hold, and be of no use. `docs/prediction.md` derives each
 * formula, and has its measured coverage.
 */
export function predictLoss(scenario: Scenario): Prediction {
  const { faults } = scenario;
  const limit = limitOf(scenario);
  if (limit !== undefined) return unpredicted(limit);
  const kinds = faults.map(kindOf);
  const unknown = kinds.find((kind) => typeof kind === "object");
  if (unknown !== undefined) return unknown;
  const of = (formula: Formula): Fault[] => faults.filter((_, place) => kinds[place] === formula);
  const idle = of("no-loss");
  const [formula = "no-loss", ...others] = new Set(
    kinds.flatMap((kind) => (typeof kind === "object" || kind === "no-loss" ? [] : [kind])),
  );
  if (others.length > 0) {
    return unpredicted(`what ${formula} and ${others[0]} leave of each other in one run is not known`);
  }
  if (formula !== "no-loss" && formula !== "oversized-record" && idle.length > 0) {
    return unpredicted("a fault that loses nothing by itself changes what the others find");
  }
  const meant = of(formula);
  return (
    (isOfProducers(formula) ? producersLimit(scenario) : undefined) ??
    predictBy(formula, scenario, meant, idle)
  );
}

/** What no formula can do with. */
function limitOf({
  guarantee,
  producers,
  consumers,
  faults,
  faultsDrawn,
  brokers,
  topic,
}: Scenario): string | undefined {
  if (producers.command !== undefined || consumers.command !== undefined)
    return "how a command gathers and holds back its messages is not known";
  if (guarantee !== "at-most-once") return `the formulas are those of at-most-once, and this is ${guarantee}`;
  if (faultsDrawn !== undefined && faultsDrawn < faults.length) return "which faults happen, the seed draws";
  const oversizes = faults.some(({ kind }) => kind === "oversize");
  const settings = [...Object.keys(brokers.config), ...Object.keys(topic.config)];
  // What the largest record is, the formula of oversized ones knows.
  const setting = settings.find((name) => !(oversizes && name === "max.message.bytes"));
  return setting === undefined ? undefined : `what the setting ${setting} changes about it is not known`;
}

/** The load up to which a client keeps its schedule on two cores. */
const rateMax = 10_000;
const bytesPerSecondMax = 5_000_000;

function producersLimit({ producers, brokers }: Scenario): Prediction | undefined {
  if (producers.acks !== 0) return unpredicted("the formulas of what producers lose are those of acks 0");
  if (brokers.count !== 1)
    return unpredicted("with several brokers each has a connection of its own, and the formulas are of one");
  if (producers.rate > rateMax || producers.rate * producers.size > bytesPerSecondMax) {
    return unpredicted(
      "at so much load the producers may fall behind their schedule, which is the machine's business",
    );
  }
  return undefined;
}

function isOfProducers(formula: Formula): boolean {
  switch (formula) {
    case "cut-connection":
    case "black-hole":
    case "link-down":
    case "link-reset":
    case "oversized-record":
    case "producer-kill":
      return true;
    case "no-loss":
    case "exact-place":
    case "consumer-kill":
    case "offsets-reset":
      return false;
  }
}

/** @param meant faults of the kind that the formula is about. */
function predictBy(formula: Formula, scenario: Scenario, meant: Fault[], idle: Fault[]): Prediction {
  switch (formula) {
    case "no-loss":
      return predictNoLoss(idle);
    case "exact-place":
      return predictPlaces(scenario, meant as KillFault[]);
    case "cut-connection":
      return predictCuts(scenario, meant as LinkFault[]);
    case "black-hole":
    case "link-down":
    case "link-reset":
      return predictWindows(scenario, meant as LinkFault[], formula);
    case "oversized-record":
      return idle.every((fault) => fault.kind === "link")
        ? predictOversized(scenario, meant as OversizeFault[], idle)
        : unpredicted("a fault that loses nothing by itself changes what the others find");
    case "producer-kill":
      return predictProducerKills(scenario, meant as KillFault[]);
    case "consumer-kill":
      return predictConsumerKills(scenario, meant as KillFault[]);
    case "offsets-reset":
      return predictOffsetsReset(scenario, meant as ResetOffsetsFault[]);
  }
}

/** The formula that a fault is about, or why there is none. */
function kindOf(fault: Fault): Formula | Unpredicted {
  switch (fault.kind) {
    case "link":
      return kindOfLink(fault);
    case "kill":
      if (fault.role === "producer") return "producer-kill";
      return fault.trigger.kind === "at" || fault.trigger.kind === "after" ? "consumer-kill" : "exact-place";
    case "stop":
      return fault.role === "consumer"
        ? "no-loss"
        : unpredicted(
            "how much of what its client holds back a producer writes out that is asked to end, is not known",
          );
    case "pause":
      return fault.role === "producer"
        ? "no-loss"
        : unpredicted("whether a consumer that stands still waits for the answer to a commit is not known");
    case "join":
      return "no-loss";
    case "oversize":
      return "oversized-record";
    case "reset-offsets":
      return "offsets-reset";
    case "broker":
      return unpredicted(
        "how long the machine takes to miss a broker, to start it and to find it again is not known",
      );
    case "topic":
      return unpredicted("how far its clients are with a topic when it is changed is not known");
  }
}

function kindOfLink({ on, toxic, stream, broker }: LinkFault): Formula | Unpredicted {
  if (on === "consumer-link") {
    return unpredicted("what the consumers wait for when a fault falls on their link is not known");
  }
  if (broker !== undefined) return unpredicted("how much of the load goes to one broker is not known");
  if (toxic === "down") return "link-down";
  if (toxic.type === "latency" || toxic.type === "slicer" || toxic.type === "slow_close") return "no-loss";
  if (stream === "downstream") return unpredicted(`${toxic.type} on the way back has no formula`);
  switch (toxic.type) {
    case "timeout":
      return toxic.timeout === 0
        ? "black-hole"
        : unpredicted(
            "when a timeout that is not 0 closes a connection follows from the pauses in its traffic",
          );
    case "reset_peer":
      return toxic.timeout === 0
        ? "link-reset"
        : unpredicted("how much passes before a connection is reset is not known");
    case "limit_data":
      return "cut-connection";
    case "bandwidth":
      return unpredicted(
        "how much the kernel and the proxy take of what a slow link holds back is not known",
      );
  }
}

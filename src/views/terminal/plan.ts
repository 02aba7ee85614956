import type { Plan } from "../../plan/plan.js";
import { predictLoss } from "../../plan/predict/predict.js";
import { formatRate, formatSize } from "../../scenario/quantities.js";
import { causes, type Guarantee, type Scenario } from "../../scenario/scenario.js";
import { boundInWords } from "../words/bounds.js";
import { cell, layRows, left, wrap } from "../layout/columns.js";
import { formatCount, formatMessages, formatSpan } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { timelineOf } from "./plan-timeline.js";
import { predictionInWords } from "../words/predictions.js";
import { printable } from "../../base/printable.js";

/** Renders a plan: the workers, the timeline of the faults, the claim and the prediction. */
export function renderPlan(plan: Plan, page: Page): string {
  const { palette } = page;
  const { scenario, seed } = plan;
  const sections = [
    [
      `${palette("strong", printable(scenario.name))}  ${palette("faint", `seed ${seed}`)}`,
      ...(scenario.claim === ""
        ? []
        : wrap(printable(scenario.claim), page.width - 2).map((line) => `  ${line}`)),
      ...sweepInWords(scenario).flatMap((words) => wrap(words, page.width - 2).map((line) => `  ${line}`)),
    ],
    section("environment", environmentInWords(scenario), page),
    section("producers", producersInWords(plan), page),
    section("consumers", consumersInWords(scenario), page),
    [palette("faint", `timeline${drawnInWords(plan)}`), ...timelineInWords(plan, page)],
    section("expected", expectationsInWords(scenario), page),
    section("predicted", predictionInWords(predictLoss(scenario)), page),
  ];
  return sections.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function section(name: string, sentences: readonly string[], { palette, width }: Page): string[] {
  return [
    palette("faint", name),
    ...sentences.flatMap((sentence) => wrap(sentence, width - 2).map((line) => `  ${line}`)),
  ];
}

function sweepInWords({ sweep }: Scenario): string[] {
  if (sweep === undefined) return [];
  const { of, values } = sweep;
  const written = values.map((value) => (of === "rate" ? formatRate(value) : formatCount(value)));
  const key = { rate: "producers.rate", commitEvery: "consumers.commitEvery" }[of];
  return [`A sweep of ${key}: ${written.join(", ")}. This is the plan for the first value.`];
}

function environmentInWords({ brokers, topic }: Scenario): string[] {
  const copies =
    topic.replicationFactor === 1 ? "one replica each" : `${topic.replicationFactor} replicas each`;
  return [
    `${many(brokers.count, "broker")}, with one proxy per broker for the producers and one for the consumers`,
    ...settingsInWords("each broker", brokers.config),
    `one topic, ${many(topic.partitions, "partition")}, ${copies}`,
    ...settingsInWords("the topic", topic.config),
  ];
}

function settingsInWords(whose: string, config: Readonly<Record<string, string>>): string[] {
  const settings = Object.entries(config).map(([name, value]) => `${name}=${value}`);
  return settings.length === 0 ? [] : [`${whose} with ${printable(settings.join(", "))}`];
}

function producersInWords({ scenario, sendingMs, layout }: Plan): string[] {
  const { producers, guarantee } = scenario;
  if (producers.command !== undefined) return commandInWords(producers.command, scenario, layout.messages);
  const { count, rate, messages, size, acks, retries } = producers;
  const again = retries === 0 ? "no retries" : `up to ${many(retries, "retry", "retries")}`;
  return [
    `${many(count, "producer")}: ${formatMessages(messages)} of ${formatSize(size)} at ${formatRate(rate)} in total, over ${formatSpan(sendingMs)}`,
    `${guarantee}: acks=${acks}, ${again}`,
    clientInWords(producers),
  ];
}

function commandInWords(
  command: readonly string[],
  { producers, guarantee }: Scenario,
  lives: readonly number[],
): string[] {
  const { count, rate, messages, acks } = producers;
  return [
    `${many(count, "process", "processes")} of ${printable(command.join(" "))}`,
    `asked for ${formatMessages(messages)} at ${formatRate(rate)}, divided among ${many(lives.length, "life", "lives")}`,
    `${guarantee}: acks=${acks}`,
  ];
}

function consumersInWords({ consumers, guarantee }: Scenario): string[] {
  if (consumers.command !== undefined) {
    return [
      `${many(consumers.count, "process", "processes")} of ${printable(consumers.command.join(" "))}`,
      `asked to read from the ${consumers.reset} offset if the committed one is missing or invalid, ` +
        `and for a session timeout of ${formatSpan(consumers.sessionTimeout)}`,
    ];
  }
  const { count, handle, reset, sessionTimeout, partitionsConsumedConcurrently } = consumers;
  return [
    `${many(count, "consumer")}, ${chunkInWords(guarantee, formatMessages(consumers.commitEvery))}`,
    handle === 0 ? "the handler takes no time" : `the handler takes ${formatSpan(handle)} per message`,
    `each handles ${many(partitionsConsumedConcurrently, "partition")} at a time`,
    `a partition without a valid committed offset is read from the ${reset} offset; ` +
      `the group removes a silent consumer after ${formatSpan(sessionTimeout)}`,
    `a failed request is retried up to ${many(consumers.retries, "time")}`,
    clientInWords(consumers),
  ];
}

function chunkInWords(guarantee: Guarantee, chunk: string): string {
  switch (guarantee) {
    case "at-most-once":
      return `each commits ${chunk} at a time and only then processes them`;
    case "at-least-once":
      return `each processes ${chunk} at a time and only then commits them`;
    case "effectively-once":
      return `each processes ${chunk} at a time, with their output and the commit in one transaction`;
  }
}

function clientInWords({ metadataMaxAge, requestTimeout }: Scenario["producers" | "consumers"]): string {
  return (
    `metadata is refreshed every ${formatSpan(metadataMaxAge)}, ` +
    `and a request times out after ${formatSpan(requestTimeout)}`
  );
}

function drawnInWords({ scenario: { faults, faultsDrawn } }: Plan): string {
  if (faultsDrawn === undefined) return "";
  return `, with ${faultsDrawn} of ${many(faults.length, "fault")}, drawn by the seed`;
}

function timelineInWords(plan: Plan, { palette }: Page): string[] {
  const rows = timelineOf(plan).map(({ moment, what }) => [cell(moment, "strong"), cell(what)]);
  return layRows([left, left], rows, palette);
}

function expectationsInWords({ expect }: Scenario): string[] {
  const bounds = [
    ["lost", expect.lost],
    ["silently lost", expect.silentlyLost],
    ...causes.map((cause) => [`lost by ${cause}`, expect.lostBy[cause]] as const),
    ["duplicated", expect.duplicated],
    ["indeterminate", expect.indeterminate],
    ["unexplained", expect.unexplained],
  ] as const;
  return bounds.flatMap(([name, bound]) => (bound === undefined ? [] : [`${name}: ${boundInWords(bound)}`]));
}

function many(count: number, what: string, several = `${what}s`): string {
  return `${formatCount(count)} ${count === 1 ? what : several}`;
}

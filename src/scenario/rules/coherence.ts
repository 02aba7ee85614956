/**
 * What must fit together across the parts of a scenario. Each rule refuses only what is certain to
 * be meaningless; what is merely unlikely is the author's business.
 */
import type { Claims } from "../schema/expect.js";
import type { Body } from "../schema/scenario.js";
import type { Sound } from "./sound.js";
import { commandRules } from "./commands.js";
import { exposedWord, isExposureKnown } from "../exposed-bounds.js";
import { faultRules } from "./faults.js";
import type { Complaint, Rule } from "../schema/fields.js";
import { guaranteeRules } from "./guarantee.js";
import { durationMsMax } from "../schema/notations.js";
import { formatDuration } from "../quantities.js";
import { type Bound, causes, guarantees } from "../scenario.js";
import { settingsRules } from "./settings.js";
import { sweepIsOne } from "./sweep.js";

export const coherenceRules: Rule<Body>[] = [
  replicasHaveBrokers,
  ...settingsRules,
  ...guaranteeRules,
  ...commandRules,
  everyProducerSends,
  sendingEnds,
  sweepIsOne,
  ...faultRules,
  boundsCanBeReached,
  exposureIsKnown,
];

function* replicasHaveBrokers({ topic, brokers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("topic", "replicationFactor") || !sound("brokers", "count")) return;
  if (topic.replicationFactor > brokers.count) {
    const allowed = `at most brokers.count, which is ${brokers.count}`;
    yield { path: ["topic", "replicationFactor"], allowed };
  }
}

function* everyProducerSends({ producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "messages") || !sound("producers", "count")) return;
  if (producers.messages < producers.count) {
    const allowed = `at least one a producer: ${producers.count} or more`;
    yield { path: ["producers", "messages"], allowed };
  }
}

/** The same hour that limits every duration: a run is watched or waited for. */
function* sendingEnds({ producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "messages") || !sound("producers", "rate")) return;
  const rate = producers.rate[0]!;
  const sendingMs = (producers.messages / rate) * 1_000;
  if (sendingMs > durationMsMax) {
    const most = Math.floor((rate * durationMsMax) / 1_000);
    const allowed = `at most ${most}, which take ${formatDuration(durationMsMax)} at producers.rate`;
    yield { path: ["producers", "messages"], allowed };
  }
}

/** A lower end above the number of messages could never be met. */
function* boundsCanBeReached({ producers, expect }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "messages") || !sound("expect")) return;
  const { messages } = producers;
  const places: [string[], Claims | undefined][] =
    expect.kind === "own"
      ? [[["expect"], expect.claims]]
      : guarantees.map((guarantee) => [["expect", guarantee], expect.claims[guarantee]]);
  for (const [place, claims] of places) {
    for (const [key, bound] of claims === undefined ? [] : boundsOf(claims)) {
      if (bound?.min?.kind !== "count" || bound.min.value <= messages) continue;
      const allowed = `a min of at most producers.messages, which is ${messages}`;
      yield { path: [...place, ...key], found: String(bound.min.value), allowed };
    }
  }
}

/** What the faults reached is asked of the run only if it can tell. */
function* exposureIsKnown({ expect, faults, producers, consumers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("expect") || !sound("faults") || !sound("producers") || !sound("consumers")) return;
  const places: [string[], Claims | undefined][] =
    expect.kind === "own"
      ? [[["expect"], expect.claims]]
      : guarantees.map((guarantee) => [["expect", guarantee], expect.claims[guarantee]]);
  for (const [place, claims] of places) {
    if (claims?.lost.exposed !== true || isExposureKnown({ producers, consumers, faults })) continue;
    const allowed = "a bound of your own: only the log can tell what a broker, a topic or a command loses";
    yield { path: [...place, "lost"], found: exposedWord, allowed };
  }
}

function boundsOf({ lost, silentlyLost, lostBy, duplicated }: Claims): [string[], Bound | undefined][] {
  return [
    [["lost"], lost],
    [["silentlyLost"], silentlyLost],
    [["duplicated"], duplicated],
    ...causes.map((cause): [string[], Bound | undefined] => [["lostBy", cause], lostBy[cause]]),
  ];
}

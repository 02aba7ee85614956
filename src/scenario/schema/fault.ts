import { brokerFault } from "./broker.js";
import { type Complaint, either, type Field, isMap } from "./fields.js";
import { chooseLinkFault, linkFaultForms } from "./link-fault.js";
import type { Fault } from "../scenario.js";
import { joinFault, resetOffsetsFault, topicFault, topicVerbs } from "./topic-fault.js";
import { killWorker, oversizeFault, pauseWorker, stopWorker } from "./worker-fault.js";

/** A process is a worker or a broker: the role behind the verb says which. */
const processForms = {
  kill: { worker: killWorker, broker: brokerFault("kill") },
  pause: { worker: pauseWorker, broker: brokerFault("pause") },
  stop: { worker: stopWorker, broker: brokerFault("stop") },
} as const;

const otherForms: Readonly<Record<string, Field<Fault>>> = {
  join: joinFault,
  oversize: oversizeFault,
  ...Object.fromEntries(topicVerbs.map((verb) => [verb, topicFault(verb)])),
  resetOffsets: resetOffsetsFault,
};

const forms: readonly Field<Fault>[] = [
  ...linkFaultForms,
  ...Object.values(processForms).flatMap(({ worker, broker }) => [worker, broker]),
  ...Object.values(otherForms),
];

const verbs = ["toxic", "down", ...Object.keys(processForms), ...Object.keys(otherForms)];

/** The verb, the key that names what is done, decides which form is meant; only then is anything checked. */
export const faultSchema: Field<Fault> = either<Fault>(forms, (written) => {
  if (!isMap(written)) return { path: [], allowed: `a map with one of the keys ${verbs.join(", ")}` };
  for (const [verb, { worker, broker }] of Object.entries(processForms)) {
    if (verb in written) return written[verb] === "broker" ? broker : worker;
  }
  if ("toxic" in written || "down" in written) return chooseLinkFault(written);
  const verb = Object.keys(otherForms).find((one) => one in written);
  return (verb && otherForms[verb]) || withoutVerb(written);
});

function withoutVerb(written: Record<string, unknown>): Complaint {
  const keys = Object.keys(written);
  const found = keys.length === 0 ? "an empty map" : `only ${keys.join(", ")}`;
  return {
    path: [],
    found,
    allowed: `a fault with one of the keys ${verbs.join(", ")}`,
    names: verbs,
    misspelt: keys,
  };
}

import { brokerFault } from "./broker.js";
import { type Complaint, either, isMap, type Written } from "./fields.js";
import { chooseLinkFault, linkFaultForms } from "./link-fault.js";
import { joinFault, resetOffsetsFault, topicFaults } from "./topic-fault.js";
import { killWorker, oversizeFault, pauseWorker, stopWorker } from "./worker-fault.js";

/** A process is a worker or a broker: the role behind the verb says which. */
const processForms = {
  kill: { worker: killWorker, broker: brokerFault("kill") },
  pause: { worker: pauseWorker, broker: brokerFault("pause") },
  stop: { worker: stopWorker, broker: brokerFault("stop") },
} as const;

const otherForms = {
  join: joinFault,
  oversize: oversizeFault,
  ...topicFaults,
  resetOffsets: resetOffsetsFault,
};

const forms = [
  ...linkFaultForms,
  ...Object.values(processForms).flatMap(({ worker, broker }) => [worker, broker]),
  ...Object.values(otherForms),
];

const verbs = ["toxic", "down", ...Object.keys(processForms), ...Object.keys(otherForms)];

/** The verb, the key that names what is done, decides which form is meant; only then is anything checked. */
export const faultSchema = either<(typeof forms)[number]>(forms, (written) => {
  if (!isMap(written)) return { path: [], allowed: `a map with one of the keys ${verbs.join(", ")}` };
  for (const [verb, { worker, broker }] of Object.entries(processForms)) {
    if (verb in written) return written[verb] === "broker" ? broker : worker;
  }
  if ("toxic" in written || "down" in written) return chooseLinkFault(written);
  const verb = Object.keys(otherForms).find((one) => one in written) as keyof typeof otherForms | undefined;
  return verb === undefined ? withoutVerb(written) : otherForms[verb];
});

/** A fault as it may be written. It has one verb, and exactly one of `at`, `after` and, for consumers, `when`. */
export type FaultWritten = Written<typeof faultSchema>;

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

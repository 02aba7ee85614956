/** Faults on a link: a toxic, or the proxy disabled. Each toxic is a form of its own. */
import { type Field, leaf, type Rule, section } from "./fields.js";
import { duration, durationMsMax, oneOf, only } from "./notations.js";
import { formatDuration } from "./quantities.js";
import type { LinkFault, Moment, Toxic } from "./scenario.js";
import { toxicAttributes, toxicRules, toxicTypes } from "./toxic-schema.js";
import { exactlyOne, exactlyOneRequired, momentFields, recurrenceFields } from "./trigger-schema.js";

const moments = ["at", "after"];

const commonFields = {
  on: oneOf(["producer-link", "consumer-link"]).describe("The connections on which the fault works."),
  ...momentFields,
  for: duration({ min: 1, max: durationMsMax })
    .optional()
    .describe("How long the fault stays; without it, until the producers have ended. Example: 2s."),
  ...recurrenceFields,
};

const toxicFields = {
  ...commonFields,
  stream: oneOf(["upstream", "downstream"])
    .prefault("upstream")
    .describe("Which way the toxic works: upstream is from the client to the broker."),
  toxicity: only(
    1,
    "1: Toxiproxy draws toxicity once a connection, and again whenever a neighbouring toxic changes, " +
      "so anything below is no share of messages",
  )
    .optional()
    .describe("Only 1: Toxiproxy draws it once a connection, so it is no share of messages."),
};

/** The proxy disabled. It cuts both ways, so it has no stream. */
const downFault: Field<LinkFault> = section(
  {
    down: only(true, "true").describe("The proxy is disabled: connections close, and dials are refused."),
    ...commonFields,
  },
  [oneMoment, recurrenceIsWhole],
)
  .transform((fault) => linkFault({ ...fault, stream: "upstream" }, "down"))
  .meta(exactlyOneRequired(moments));

const toxicFaults = new Map<unknown, Field<LinkFault>>(toxicTypes.map((type) => [type, toxicFault(type)]));

/**
 * Stands in where a toxic has no known name, so that the problems of the other keys show beside that
 * one. It takes the attributes of every toxic as they are, and can never succeed.
 */
const unknownToxicFault = section(
  {
    ...toxicFields,
    toxic: oneOf(toxicTypes),
    ...Object.fromEntries(
      Object.values(toxicAttributes)
        .flatMap((attributes) => Object.keys(attributes))
        .map((name) => [name, anything()]),
    ),
  },
  [oneMoment, recurrenceIsWhole],
) as Field<unknown> as Field<LinkFault>;

export const linkFaultForms: readonly Field<LinkFault>[] = [...toxicFaults.values(), downFault];

/** The form that was meant, by `toxic` or else `down`. */
export function chooseLinkFault(written: Record<string, unknown>): Field<LinkFault> {
  if (!("toxic" in written)) return downFault;
  return toxicFaults.get(written["toxic"]) ?? unknownToxicFault;
}

interface Common {
  on: LinkFault["on"];
  stream: LinkFault["stream"];
  at?: Moment | undefined;
  after?: Moment | undefined;
  for?: number | undefined;
  times: number;
  every?: number | undefined;
}

function toxicFault(type: Toxic["type"]): Field<LinkFault> {
  const attributes: Record<string, Field<unknown>> = toxicAttributes[type];
  const rule = toxicRules[type] as Rule<unknown> | undefined;
  const form = section(
    {
      toxic: oneOf([type]).describe("The toxic, under Toxiproxy's name."),
      ...attributes,
      ...toxicFields,
    },
    [oneMoment, recurrenceIsWhole, ...(rule ? [rule] : [])],
  );
  const names = Object.keys(attributes);
  return form
    .transform((fault: Common & Record<string, unknown>) => {
      // `toxicAttributes` is typed so that a type with its attributes is a Toxic.
      const toxic = Object.fromEntries([["type", type], ...names.map((name) => [name, fault[name]])]);
      return linkFault(fault, toxic as Toxic);
    })
    .meta(exactlyOneRequired(moments));
}

function linkFault(fault: Common, toxic: LinkFault["toxic"]): LinkFault {
  const { on, stream, times, every = 0 } = fault;
  // There is exactly one: `oneMoment` has seen to it.
  const trigger = (fault.at ?? fault.after) as Moment;
  return { kind: "link", on, broker: undefined, toxic, stream, trigger, for: fault.for, times, every };
}

function oneMoment(fault: Record<string, unknown>): ReturnType<Rule<unknown>> {
  return exactlyOne(fault, moments);
}

/** A fault that falls again must have ended before, or it would be one long fault. */
function* recurrenceIsWhole(
  fault: Pick<Common, "for" | "times" | "every">,
  sound: (key: "for" | "times" | "every") => boolean,
): ReturnType<Rule<unknown>> {
  if (!sound("times")) return;
  if (fault.times === 1) {
    if ("every" in fault)
      yield {
        path: ["every"],
        found: "every without times",
        allowed: "every only beside times of 2 or more",
      };
    return;
  }
  for (const key of ["for", "every"] as const) {
    if (!(key in fault)) {
      yield { path: [key], allowed: `a duration, since the fault falls ${fault.times} times` };
    }
  }
  if (!sound("for") || !sound("every") || fault.for === undefined || fault.every === undefined) return;
  if (fault.every <= fault.for) {
    yield { path: ["every"], allowed: `more than for, which is ${formatDuration(fault.for)}` };
  }
}

function anything(): Field<unknown> {
  return leaf({ allowed: "anything", editor: {}, read: (written) => written ?? null }).optional();
}

/** Faults on a link: a toxic, or the proxy disabled. Each toxic is a form of its own. */
import { broker, brokerChoice, ofPartition, partitionHasRole } from "./broker.js";
import { type Field, leaf, type Rule, section, type Written, type WrittenSection } from "./fields.js";
import { oneOf, only } from "./notations.js";
import type { BrokerChoice, LinkFault, Moment, Toxic } from "../faults.js";
import { toxicAttributes, toxicRules, toxicTypes } from "./toxic.js";
import {
  exactlyOneRequired,
  momentFields,
  momentOf,
  moments,
  oneMoment,
  recurrenceFields,
  recurrenceIsWhole,
  recurrenceOf,
  stay,
} from "./trigger.js";

const commonFields = {
  on: oneOf(["producer-link", "consumer-link"]).describe("The connections on which the fault works."),
  broker: broker
    .optional()
    .describe("Only the connections to this broker: its place from 0, or what it is to a partition."),
  partition: ofPartition,
  ...momentFields,
  for: stay()
    .optional()
    .describe("How long the fault stays; without it, until the producers have ended. Example: 2s."),
  ...recurrenceFields,
};

const toxicFields = {
  ...commonFields,
  stream: oneOf(["upstream", "downstream", "both"])
    .prefault("upstream")
    .describe("Which way the toxic works: upstream is from the client to the broker; or both ways."),
  toxicity: only(
    1,
    "1: Toxiproxy draws toxicity once a connection, and again whenever a neighbouring toxic changes, " +
      "so anything below is no share of messages",
  )
    .optional()
    .describe("Only 1: Toxiproxy draws it once a connection, so it is no share of messages."),
};

const rules = [oneMoment, recurrenceIsWhole, partitionHasRole];

/** The proxy disabled. It cuts both ways, so it has no stream. */
const downFault = section(
  {
    down: only(true, "true").describe("The proxy is disabled: connections close, and dials are refused."),
    ...commonFields,
  },
  rules,
  { stream: "no stream: a disabled proxy cuts both ways" },
)
  .transform((fault) => linkFault({ ...fault, stream: "upstream" }, "down"))
  .meta(exactlyOneRequired(moments));

type ToxicFaultWritten<T extends Toxic["type"]> = { toxic: T } & WrittenSection<(typeof toxicAttributes)[T]> &
  WrittenSection<typeof toxicFields>;

type LinkFaultWritten =
  | Written<typeof downFault>
  | { [T in Toxic["type"]]: ToxicFaultWritten<T> }[Toxic["type"]];

const toxicFaults = new Map<unknown, Field<LinkFault, LinkFaultWritten>>(
  toxicTypes.map((type) => [type, toxicFault(type)]),
);

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
  rules,
) as Field<unknown> as Field<LinkFault, LinkFaultWritten>;

export const linkFaultForms: readonly Field<LinkFault, LinkFaultWritten>[] = [
  ...toxicFaults.values(),
  downFault,
];

/** The form that was meant, by `toxic` or else `down`. */
export function chooseLinkFault(written: Record<string, unknown>): Field<LinkFault, LinkFaultWritten> {
  if (!("toxic" in written)) return downFault;
  return toxicFaults.get(written["toxic"]) ?? unknownToxicFault;
}

interface Common {
  on: LinkFault["on"];
  broker?: 0 | 1 | 2 | "leader" | "follower" | undefined;
  partition?: number | undefined;
  stream: LinkFault["stream"];
  at?: Moment | undefined;
  after?: Moment | undefined;
  for?: number | undefined;
  times: number;
  every?: number | undefined;
}

function toxicFault(type: Toxic["type"]): Field<LinkFault, LinkFaultWritten> {
  const attributes: Record<string, Field<unknown>> = toxicAttributes[type];
  const rule = toxicRules[type] as Rule<unknown> | undefined;
  const form = section(
    {
      toxic: oneOf([type]).describe("The toxic, under Toxiproxy's name."),
      ...attributes,
      ...toxicFields,
    },
    [...rules, ...(rule ? [rule] : [])],
  );
  const names = Object.keys(attributes);
  return (form as Field<unknown> as Field<Common & Record<string, unknown>, LinkFaultWritten>)
    .transform((fault) => {
      // `toxicAttributes` is typed so that a type with its attributes is a Toxic.
      const toxic = Object.fromEntries([["type", type], ...names.map((name) => [name, fault[name]])]);
      return linkFault(fault, toxic as Toxic);
    })
    .meta(exactlyOneRequired(moments));
}

function linkFault(fault: Common, toxic: LinkFault["toxic"]): LinkFault {
  const { on, broker: choice, partition, stream } = fault;
  const to: BrokerChoice | undefined =
    choice === undefined ? undefined : brokerChoice({ broker: choice, partition });
  const trigger = momentOf(fault);
  return { kind: "link", on, broker: to, toxic, stream, trigger, for: fault.for, ...recurrenceOf(fault) };
}

function anything(): Field<unknown> {
  return leaf({ allowed: "anything", editor: {}, read: (written) => written ?? null }).optional();
}

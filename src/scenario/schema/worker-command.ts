/** Commands in place of the built-in workers: what they are told, and what a scenario with one cannot have. */
import type { Body, Sound } from "./body.js";
import { type Complaint, type Field, leaf, list, type Rule } from "./fields.js";
import type { Fault, Role } from "../scenario.js";

/** What an argument may name in braces, by role, and what stands there when the command is started. */
const placeholders = {
  producer: {
    brokers: "addresses of brokers that lead through the proxies, host:port, with commas between them",
    topic: "name of the topic",
    prefix: "what the value of each message begins with: a number, another one in each life",
    messages: "how many messages this life is to send",
    rate: "messages a second of this one process",
    acks: "0 or 1, as in producers.acks; -1 for all",
    kafkaClasspath: "Java's classpath of Apache Kafka, as the local broker runs it",
  },
  consumer: {
    brokers: "addresses of brokers that lead through the proxies, host:port, with commas between them",
    topic: "name of the topic",
    group: "name of the group",
    sessionTimeout: "milliseconds, as in consumers.sessionTimeout",
    reset: "latest or earliest, as in consumers.reset",
    kafkaClasspath: "Java's classpath of Apache Kafka, as the local broker runs it",
  },
} as const satisfies Record<Role, Record<string, string>>;

/** What the placeholders of a role stand for in one life. */
export type Values<R extends Role> = Readonly<Record<keyof (typeof placeholders)[R], string>>;

/** Without them it would come to the brokers on another way, to another topic, or could not be followed. */
const required: Record<Role, readonly string[]> = {
  producer: ["brokers", "topic", "prefix"],
  consumer: ["brokers", "topic", "group"],
};

const pattern = /\{([A-Za-z]+)\}/gu;
const argumentsMax = 100;

/** A program and its arguments, no shell. */
export function command(role: Role): Field<readonly string[]> {
  const names = Object.keys(placeholders[role]);
  const argument = leaf({
    allowed: `a text of at most 4000 characters, in which ${names.map((name) => `{${name}}`).join(", ")} may stand`,
    editor: { type: "string" },
    read(written): string | undefined {
      if (typeof written !== "string" || written.length > 4_000 || written.includes("\0")) return undefined;
      return namedIn(written).every((name) => names.includes(name)) ? written : undefined;
    },
  });
  return list(argument, "arguments", argumentsMax);
}

/** An argument as the process gets it. */
export function filledIn(argument: string, values: Readonly<Record<string, string>>): string {
  return argument.replaceAll(pattern, (_, name: string) => values[name]!);
}

export const commandRules: Rule<Body>[] = [
  commandsAreWhole,
  settingsAreTheirOwn,
  guaranteeCanBeSeen,
  consumersCanRead,
  faultsCanBeSeen,
];

function* commandsAreWhole(body: Body, sound: Sound): Iterable<Complaint> {
  for (const role of ["producer", "consumer"] as const) {
    const path = [`${role}s`, "command"];
    if (!sound(...path)) continue;
    const written = body[`${role}s`].command;
    if (written === undefined) continue;
    const [program = "", ...args] = written;
    if (program === "" || namedIn(program).length > 0) {
      const found = program === "" ? "no program" : `${program} as the program`;
      yield { path, found, allowed: "a program, and then its arguments" };
    }
    const named = new Set(args.flatMap(namedIn));
    for (const missing of required[role].filter((name) => !named.has(name))) {
      const words = (placeholders[role] as Record<string, string>)[missing]!;
      yield { path, found: `no argument with {${missing}}`, allowed: `one with {${missing}}: ${words}` };
    }
  }
}

const settings = {
  producers: ["overload", "size", "retries", "metadataMaxAge", "requestTimeout"],
  consumers: [
    "commitEvery",
    "handle",
    "partitionsConsumedConcurrently",
    "retries",
    "metadataMaxAge",
    "requestTimeout",
  ],
} as const;

/** What lossbound sets for its own client, a command has among its arguments, or nowhere. */
function* settingsAreTheirOwn(body: Body, sound: Sound): Iterable<Complaint> {
  for (const who of ["producers", "consumers"] as const) {
    if (!sound(who, "command") || body[who].command === undefined) continue;
    const section: Readonly<Record<string, unknown>> = { ...body[who] };
    for (const key of settings[who].filter((name) => sound(who, name) && section[name] !== undefined)) {
      const allowed = "no such key beside command: its settings are its own, among its arguments";
      yield { path: [who, key], aboutKey: true, allowed };
    }
  }
}

function* guaranteeCanBeSeen({ guarantee, producers, consumers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("guarantee")) return;
  if (sound("consumers", "command") && consumers.command !== undefined) {
    if (guarantee === "at-least-once") return;
    const allowed =
      "at-least-once where the consumers are a command: it reports what it got, and then commits";
    yield { path: ["guarantee"], allowed };
  } else if (sound("producers", "command") && producers.command !== undefined) {
    if (guarantee !== "effectively-once") return;
    const allowed =
      "at-most-once or at-least-once where the producers are a command: it sends no transactions";
    yield { path: ["guarantee"], allowed };
  }
}

function* consumersCanRead({ producers, consumers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "command") || !sound("consumers", "command")) return;
  if (consumers.command === undefined || producers.command !== undefined) return;
  const allowed =
    "one only beside producers.command: the values that lossbound's own producers send are no text";
  yield { path: ["consumers", "command"], aboutKey: true, allowed };
}

/** A command does what it does: it cannot be told to do otherwise, and reports what it has done afterwards. */
function* faultsCanBeSeen(body: Body, sound: Sound): Iterable<Complaint> {
  const { faults } = body;
  if (!sound("producers", "command") || !sound("consumers", "command") || !Array.isArray(faults)) return;
  for (const [index, fault] of faults.entries()) {
    if (!sound("faults", index)) continue;
    const problem = problemWith(fault, body);
    if (problem === undefined) continue;
    const found = `${fault.kind} with ${problem.of}.command`;
    yield { path: ["faults", index], found, allowed: `no such fault there: ${problem.why}` };
  }
}

function problemWith(
  fault: Fault,
  { producers, consumers }: Body,
): { of: "producers" | "consumers"; why: string } | undefined {
  switch (fault.kind) {
    case "oversize":
      if (producers.command === undefined) return undefined;
      return { of: "producers", why: "a command cannot be told to make a record larger" };
    case "broker":
    case "topic":
      if (producers.command === undefined) return undefined;
      return {
        of: "producers",
        why: "a record that is gone before its sending was reported would be known to nobody",
      };
    case "kill":
    case "pause": {
      const atPlace = fault.trigger.kind !== "at" && fault.trigger.kind !== "after";
      if (consumers.command === undefined || !atPlace) return undefined;
      return { of: "consumers", why: "nobody can make a command stand still at a place of its work" };
    }
    case "join":
    case "reset-offsets":
      if (consumers.command === undefined) return undefined;
      return { of: "consumers", why: "how a command's group takes it is not known" };
    case "stop":
    case "link":
      return undefined;
  }
}

function namedIn(text: string): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name!);
}

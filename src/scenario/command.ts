/** Commands in place of the built-in workers: what they are told, and what a scenario with one cannot have. */
import type { Body, Sound } from "./body.js";
import { type Complaint, type Field, leaf, list, type Rule } from "./fields.js";
import type { Fault } from "./scenario.js";

/** What an argument may name in braces, and what stands there when the command is started. */
export const placeholders = {
  brokers: "addresses of brokers that lead through the proxies, host:port, with commas between them",
  topic: "name of the topic",
  prefix: "what the value of each message begins with: a number, another one in each life",
  messages: "how many messages this life is to send",
  rate: "messages a second of this one process",
  acks: "0 or 1, as in producers.acks",
  kafkaClasspath: "Java's classpath of Apache Kafka, as the local broker runs it",
} as const;

type Placeholder = keyof typeof placeholders;

/** Without them it would reach the brokers on another way, write elsewhere, or send what nobody can tell apart. */
const required: readonly Placeholder[] = ["brokers", "topic", "prefix"];

const pattern = /\{([A-Za-z]+)\}/gu;
const argumentsMax = 100;

const argument = leaf({
  allowed: `a text of at most 4000 characters, in which ${Object.keys(placeholders)
    .map((name) => `{${name}}`)
    .join(", ")} may stand`,
  editor: { type: "string" },
  read(written): string | undefined {
    if (typeof written !== "string" || written.length > 4_000 || written.includes("\0")) return undefined;
    return namedIn(written).every(isPlaceholder) ? written : undefined;
  },
});

/** A program and its arguments, no shell. */
export const command: Field<readonly string[]> = list(argument, "arguments", argumentsMax);

/** An argument as the process gets it. */
export function filledIn(argumentWritten: string, values: Readonly<Record<Placeholder, string>>): string {
  return argumentWritten.replaceAll(pattern, (_, name: Placeholder) => values[name]);
}

export const commandRules: Rule<Body>[] = [
  commandIsWhole,
  settingsAreItsOwn,
  guaranteeCanBeSeen,
  faultsCanBeSeen,
];

function* commandIsWhole({ producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "command") || producers.command === undefined) return;
  const [program = "", ...args] = producers.command;
  if (program === "" || namedIn(program).length > 0) {
    const found = program === "" ? "no program" : `${program} as the program`;
    yield { path: ["producers", "command"], found, allowed: "a program, and then its arguments" };
  }
  const named = new Set(args.flatMap(namedIn));
  for (const missing of required.filter((name) => !named.has(name))) {
    const found = `no argument with {${missing}}`;
    yield {
      path: ["producers", "command"],
      found,
      allowed: `one with {${missing}}: ${placeholders[missing]}`,
    };
  }
}

/** What lossbound sets for its own client, a command has among its arguments, or nowhere. */
function* settingsAreItsOwn({ producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers", "command") || producers.command === undefined) return;
  for (const key of ["size", "retries", "metadataMaxAge", "requestTimeout"] as const) {
    if (!sound("producers", key) || producers[key] === undefined) continue;
    const allowed = "no such key beside command: its settings are its own, among its arguments";
    yield { path: ["producers", key], aboutKey: true, allowed };
  }
}

function* guaranteeCanBeSeen({ guarantee, producers }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("guarantee") || !sound("producers") || producers.command === undefined) return;
  if (guarantee === "at-most-once") return;
  const allowed = "at-most-once where the producers are a command: whether it sends again, nobody sees";
  yield { path: ["guarantee"], allowed };
}

/** A command does what it does: it cannot be told to make a record larger, and reports what it has sent afterwards. */
function* faultsCanBeSeen({ producers, faults }: Body, sound: Sound): Iterable<Complaint> {
  if (!sound("producers") || producers.command === undefined || !Array.isArray(faults)) return;
  for (const [index, fault] of faults.entries()) {
    if (!sound("faults", index)) continue;
    const why = whyNot(fault);
    if (why === undefined) continue;
    const found = `${fault.kind} with producers.command`;
    yield { path: ["faults", index], found, allowed: `no such fault there: ${why}` };
  }
}

function whyNot(fault: Fault): string | undefined {
  switch (fault.kind) {
    case "oversize":
      return "a command cannot be told to make a record larger";
    case "broker":
    case "topic":
      return "a record that is gone before its sending was reported would be known to nobody";
    case "link":
    case "kill":
    case "pause":
    case "stop":
    case "join":
    case "reset-offsets":
      return undefined;
  }
}

function namedIn(text: string): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name!);
}

function isPlaceholder(name: string): boolean {
  return Object.hasOwn(placeholders, name);
}

/** Commands in place of the built-in workers: what they are told, and what a scenario with one cannot have. */
import { type Field, leaf, list } from "./fields.js";
import type { Role } from "../role.js";

/** What an argument may name in braces, by role, and what stands there when the command is started. */
export const placeholders = {
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

const pattern = /\{([A-Za-z]+)\}/gu;
const argumentsMax = 100;

/** A program and its arguments, no shell. */
export function command(role: Role): Field<readonly string[], readonly string[]> {
  const names = Object.keys(placeholders[role]);
  const argument = leaf<string, string>({
    allowed: `a text of at most 4000 characters, in which ${names.map((name) => `{${name}}`).join(", ")} may stand`,
    editor: { type: "string" },
    read(written) {
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

/** The placeholders in an argument. */
export function namedIn(text: string): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name!);
}

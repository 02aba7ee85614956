/** What a scenario with a command in place of the built-in workers cannot have. */
import type { Role } from "../role.js";
import type { Fault } from "../faults.js";
import { type Complaint, isMap, type Rule } from "../schema/fields.js";
import type { Body } from "../schema/scenario.js";
import { namedIn, placeholders } from "../schema/worker-command.js";
import type { Sound } from "./sound.js";

/** Without them it would come to the brokers on another way, to another topic, or could not be followed. */
const required: Record<Role, readonly string[]> = {
  producer: ["brokers", "topic", "prefix"],
  consumer: ["brokers", "topic", "group"],
};

export const commandRules: Rule<Body>[] = [
  commandsAreWhole,
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

/** Settings of lossbound's own client. A command has them among its arguments, or nowhere. */
const clientSettings = {
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

/** Finds settings beside a command. It looks at what is written, since the defaults of these are always there. */
export function* settingsBesideCommand(written: unknown): Iterable<Complaint> {
  if (!isMap(written)) return;
  for (const workers of ["producers", "consumers"] as const) {
    const section = written[workers];
    if (!isMap(section) || section["command"] === undefined) continue;
    for (const key of clientSettings[workers].filter((name) => name in section)) {
      const allowed = "no such key beside command: its settings are its own, among its arguments";
      yield { path: [workers, key], aboutKey: true, allowed };
    }
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

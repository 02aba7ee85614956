#!/usr/bin/env node
/**
 * `npm run everything [-- --seeds N --first N --out DIR]`: runs `everything-at-once` over twenty seeds,
 * and says which kinds of faults bit in how many of them. Ends with 1 when a kind never bit, when a
 * message was processed or begun twice, when the evidence contradicted itself, or when something was
 * left running. A run without a verdict is no failure here: eight faults at once may get in each other's way.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { readScenario, runScenarios } from "lossbound";

const file = join("experiments", "everything-at-once.yaml");
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    first: { type: "string", default: "1" },
    out: { type: "string" },
  },
});
/** Every process that a run starts has it in its environment. */
const mark = randomUUID();
process.env.LOSSBOUND_EVERYTHING = mark;

const out = values.out ?? mkdtempSync(join(tmpdir(), "lossbound-everything-"));
const scenario = await readScenario(file);
const bit = new Map(scenario.faults.map((fault) => [kindOf(fault), 0]));
let complaints = 0;
try {
  for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed++) {
    await runOne(seed);
  }
} finally {
  if (values.out === undefined) rmSync(out, { recursive: true, force: true });
}
for (const [kind, times] of bit) {
  console.log(`${kind}: bit in ${times} runs`);
  if (times === 0) complain(`${kind} never bit`);
}
console.log(
  complaints === 0 ? "every kind bit, and nothing was processed twice" : `${complaints} complaints`,
);
process.exitCode = complaints === 0 ? 0 : 1;

async function runOne(seed) {
  try {
    const [result] = await runScenarios([file], { seed, out: join(out, String(seed)) });
    const { verdict, reasons, messages, violations, faults } = result;
    const kinds = new Set(faults.filter(didBite).map((fault) => wordFor(fault)));
    for (const kind of kinds) if (bit.has(kind)) bit.set(kind, bit.get(kind) + 1);
    const lost = Object.entries(result.lostBy).filter(([, count]) => count > 0);
    console.log(
      `seed ${seed}: ${verdict}, ${messages.lost} of ${messages.sent} lost ` +
        `(${lost.map(([cause, count]) => `${cause} ${count}`).join(", ")}), bit: ${[...kinds].join(", ")}`,
    );
    for (const reason of reasons) console.log(`  - ${reason}`);
    if (verdict === "broken") complain(`seed ${seed} is broken`);
    if (messages.duplicated > 0) complain(`seed ${seed}: ${messages.duplicated} processed twice`);
    const { beganBeforeCommit, beganTwice, storedTwice } = violations;
    if (beganBeforeCommit + beganTwice + storedTwice > 0)
      complain(`seed ${seed}: ${JSON.stringify(violations)}`);
  } catch (error) {
    complain(`seed ${seed} has no result: ${error.message}\n${error.detail ?? ""}`);
  }
  for (const left of leftRunning()) complain(`seed ${seed} left running: ${left}`);
}

/** A kind of fault is what it does, and to what: `kill consumer`, `timeout producer-link`. */
function kindOf(fault) {
  switch (fault.kind) {
    case "link":
      return `${fault.toxic === "down" ? "down" : fault.toxic.type} ${fault.on}`;
    case "broker":
      return `${fault.action} broker`;
    case "topic":
      return `${fault.action.do} ${fault.action.do === "move-leader" ? "partition" : "topic"}`;
    case "reset-offsets":
      return "reset-offsets group";
    case "join":
      return "join consumer";
    case "oversize":
      return "oversize producer";
    case "kill":
    case "pause":
    case "stop":
      return `${fault.kind} ${fault.role}`;
  }
}

function wordFor({ kind, on }) {
  return `${kind} ${on.split(" ")[0]}`;
}

function didBite({ touched }) {
  return touched > 0;
}

/** Processes of the runs that live on: each run closes its environment before it gives its result. */
function leftRunning() {
  const options = process.platform === "darwin" ? ["-axEww"] : ["axeww"];
  const lines = execFileSync("ps", [...options, "-o", "pid=,stat=,args="], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return lines
    .split("\n")
    .filter((line) => line.includes(mark) && !/^\s*\d+\s+Z/.test(line))
    .filter((line) => Number.parseInt(line, 10) !== process.pid && !/\bps a/.test(line))
    .map((line) => line.trim().slice(0, 120));
}

function complain(what) {
  complaints++;
  console.log(`  ! ${what}`);
}

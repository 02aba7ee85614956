#!/usr/bin/env node
/**
 * `npm run everything [-- --seeds N --first N --out DIR]`: runs `everything-at-once` with twenty
 * seeds, and prints in how many runs each kind of fault hit. Exits with 1 if a kind never hit, if a
 * message was processed or begun twice, if the evidence contradicted itself, or if a process was
 * left running. An inconclusive run is not a failure here, because eight faults at once may
 * interfere with each other.
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
/** Marks the environment of every process that a run starts. */
const mark = randomUUID();
process.env.LOSSBOUND_EVERYTHING = mark;

const out = values.out ?? mkdtempSync(join(tmpdir(), "lossbound-everything-"));
const scenario = await readScenario(file);
const hits = new Map(scenario.faults.map((fault) => [kindOf(fault), 0]));
let complaints = 0;
try {
  for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed++) {
    await runOne(seed);
  }
} finally {
  if (values.out === undefined) rmSync(out, { recursive: true, force: true });
}
for (const [kind, times] of hits) {
  console.log(`${kind}: hit in ${times} runs`);
  if (times === 0) complain(`${kind} never hit`);
}
console.log(
  complaints === 0
    ? "every kind of fault hit, and no message was processed twice"
    : `${complaints} problem(s)`,
);
process.exitCode = complaints === 0 ? 0 : 1;

async function runOne(seed) {
  try {
    const [result] = await runScenarios([file], { seed, out: join(out, String(seed)) });
    const { verdict, reasons, messages, violations, faults } = result;
    const kinds = new Set(faults.filter(didHit).map((fault) => nameOf(fault)));
    for (const kind of kinds) if (hits.has(kind)) hits.set(kind, hits.get(kind) + 1);
    const lost = Object.entries(result.lostBy).filter(([, count]) => count > 0);
    console.log(
      `seed ${seed}: ${verdict}, ${messages.lost} of ${messages.sent} lost ` +
        `(${lost.map(([cause, count]) => `${cause} ${count}`).join(", ")}), hit: ${[...kinds].join(", ")}`,
    );
    for (const reason of reasons) console.log(`  - ${reason}`);
    if (verdict === "broken") complain(`seed ${seed}: the verdict is broken`);
    if (messages.duplicated > 0) complain(`seed ${seed}: ${messages.duplicated} processed twice`);
    const { beganBeforeCommit, beganTwice, storedTwice } = violations;
    if (beganBeforeCommit + beganTwice + storedTwice > 0)
      complain(`seed ${seed}: ${JSON.stringify(violations)}`);
  } catch (error) {
    complain(`seed ${seed} has no result: ${error.message}\n${error.detail ?? ""}`);
  }
  for (const left of leftRunning()) complain(`seed ${seed} left running: ${left}`);
}

/** Names a kind of fault by its action and its target: `kill consumer`, `timeout producer-link`. */
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

function nameOf({ kind, on }) {
  return `${kind} ${on.split(" ")[0]}`;
}

function didHit({ touched }) {
  return touched > 0;
}

/**
 * Lists processes that outlived their run. A run closes its environment before it returns its
 * result.
 */
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

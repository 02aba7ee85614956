#!/usr/bin/env node
/**
 * `npm run soak [-- --runs N] [SCENARIO…]`: runs every shipped scenario ten times in a row, and
 * compares its losses with its bounds. Exits with 1 if a run did not hold, if the upper end of a
 * bound exceeds twice the largest observed value, or if a run took more than 30 seconds. (Bounds
 * without a lower end are exempt from the second rule, because the losses may never happen.)
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import { runScenarios } from "lossbound";

const secondsMax = 30;
const { values, positionals } = parseArgs({
  options: { runs: { type: "string", default: "10" } },
  allowPositionals: true,
});
const runs = Number(values.runs);
const files =
  positionals.length > 0
    ? positionals
    : readdirSync("scenarios")
        .filter((name) => name.endsWith(".yaml"))
        .map((name) => join("scenarios", name));

const out = mkdtempSync(join(tmpdir(), "lossbound-soak-"));
let complaints = 0;
try {
  for (const file of files) {
    const results = [];
    const seconds = [];
    for (let run = 0; run < runs; run++) {
      const began = performance.now();
      const [result] = await runScenarios([file], { out: join(out, String(run)) });
      seconds.push((performance.now() - began) / 1000);
      results.push(result);
    }
    report(basename(file, ".yaml"), results, seconds);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
console.log(complaints === 0 ? "all runs held" : `${complaints} problem(s)`);
process.exitCode = complaints === 0 ? 0 : 1;

function report(name, results, seconds) {
  const held = results.filter(({ verdict }) => verdict === "held").length;
  console.log(
    `${name}: ${held} of ${results.length} held, ${range(seconds, 1)} s per run, including the environment`,
  );
  for (const { verdict, reasons, seed } of results) {
    if (verdict !== "held") complain(`${verdict} (seed ${seed}): ${reasons.join("; ")}`);
  }
  if (Math.max(...seconds) > secondsMax) complain(`a run took more than ${secondsMax} s`);
  for (const [index, { name: bound, min, max }] of results[0].expectations.entries()) {
    const observed = results.map(({ expectations }) => expectations[index].observed);
    console.log(`  ${bound}: observed ${range(observed, 0)}, bound ${min ?? "-"} to ${max ?? "-"}`);
    if (min > 0 && max > 2 * Math.max(...observed))
      complain(`${bound}: max ${max} is more than twice the largest observed value`);
  }
}

function range(numbers, digits) {
  return `${Math.min(...numbers).toFixed(digits)} to ${Math.max(...numbers).toFixed(digits)}`;
}

function complain(what) {
  complaints++;
  console.log(`  ! ${what}`);
}

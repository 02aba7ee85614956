#!/usr/bin/env node
/**
 * `npm run soak [-- --runs N] [SCENARIO…]`: runs every shipped scenario ten times in a row, and shows
 * how what it lost lies within its bounds. Ends with 1 when one of the runs did not hold, when a
 * two-sided bound is looser than twice the most that was seen, or when a run took more than 30 seconds.
 * (What has no lower end may not happen at all, however often it is run.)
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
console.log(complaints === 0 ? "everything held" : `${complaints} complaints`);
process.exitCode = complaints === 0 ? 0 : 1;

function report(name, results, seconds) {
  const held = results.filter(({ verdict }) => verdict === "held").length;
  console.log(
    `${name}: ${held} of ${results.length} held, ${range(seconds, 1)} s a run, environment and all`,
  );
  for (const { verdict, reasons, seed } of results) {
    if (verdict !== "held") complain(`${verdict} (seed ${seed}): ${reasons.join("; ")}`);
  }
  if (Math.max(...seconds) > secondsMax) complain(`a run took more than ${secondsMax} s`);
  for (const [place, { name: bound, min, max }] of results[0].expectations.entries()) {
    const observed = results.map(({ expectations }) => expectations[place].observed);
    console.log(`  ${bound}: observed ${range(observed, 0)}, bound ${min ?? "-"} to ${max ?? "-"}`);
    if (min > 0 && max > 2 * Math.max(...observed))
      complain(`${bound}: max ${max} is above twice the largest observed`);
  }
}

function range(numbers, digits) {
  return `${Math.min(...numbers).toFixed(digits)} to ${Math.max(...numbers).toFixed(digits)}`;
}

function complain(what) {
  complaints++;
  console.log(`  ! ${what}`);
}

/**
 * How often predictions hold: `npm run coverage -- --seeds 1..100`. Runs the short form of each formula
 * (`experiments/prediction/`) with each seed, all on one local environment, and writes each run down behind
 * those before it in `experiments/prediction/measured.csv`. What stands there is not run again, so it may be
 * interrupted at any time and goes on where it was. Then it makes the table in `docs/prediction.md` anew.
 *
 * `--formula NAME[,NAME]` chooses formulas; `--table` makes the table and runs nothing; `--results FILE` writes
 * elsewhere, and leaves the page alone. Ends with 1 where a formula is not as good as it says.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { messageOf } from "../src/base/errors.js";
import { listenForInterruption } from "../src/commands/session/interruption.js";
import { openLocal } from "../src/environment/local/local.js";
import { predictLoss } from "../src/plan/predict/predict.js";
import { type Predicted, formulas } from "../src/plan/predict/prediction.js";
import { runAll } from "../src/library/run.js";
import { readScenario } from "../src/library/scenario.js";
import type { Result } from "../src/results/result.js";
import type { Scenario } from "../src/scenario/scenario.js";
import { type Measured, appendMeasured, digestOf, measuredOf, readMeasured } from "./coverage-store.js";
import { type Form, coverageOf, isOf, renderCoverage, withTable } from "./coverage-table.js";

const folder = "experiments/prediction";
const stored = `${folder}/measured.csv`;
const page = "docs/prediction.md";

/** So many runs in a row without a result are no chance: the environment is broken. */
const failuresMax = 3;

const { values } = parseArgs({
  options: {
    formula: { type: "string", default: formulas.join(",") },
    seeds: { type: "string", default: "1..100" },
    results: { type: "string", default: stored },
    table: { type: "boolean", default: false },
  },
});
const chosen = values.formula.split(",");
for (const name of chosen) {
  if (!formulas.some((formula) => formula === name))
    throw new Error(`${name} is none of ${formulas.join(", ")}`);
}

interface ShortForm extends Form {
  scenario: Scenario;
}

const forms = await Promise.all(formulas.map(readForm));
if (!values.table) await measure(forms.filter(({ prediction }) => chosen.includes(prediction.formula)));
const rows = forms.map((form) => coverageOf(form, readMeasured(values.results)));
process.stdout.write(`${renderCoverage(rows)}\n`);
if (values.results === stored) {
  writeFileSync(page, withTable(readFileSync(page, "utf8"), renderCoverage(rows)));
  execFileSync("node_modules/.bin/oxfmt", [page]);
}
process.exitCode ??= rows.every(({ good, runs }) => good || runs === 0) ? 0 : 1;

async function readForm(formula: string): Promise<ShortForm> {
  const file = `${folder}/${formula}.yaml`;
  const scenario = await readScenario(file);
  const prediction = predictLoss(scenario);
  if (prediction.kind === "unpredicted") throw new Error(`${file} is not predicted: ${prediction.why}`);
  if (prediction.formula !== formula) throw new Error(`${file} is about ${prediction.formula}`);
  return { file, scenario, prediction, digest: digestOf(scenario) };
}

/** All formulas with one seed, then with the next: what changes on the machine falls on all alike. */
async function measure(forms: readonly ShortForm[]): Promise<void> {
  const [first = 1, last = first] = values.seeds.split("..").map(Number);
  if (!Number.isInteger(first) || !Number.isInteger(last) || first > last) {
    throw new Error(`--seeds ${values.seeds} is no range such as 1..100`);
  }
  const done = readMeasured(values.results);
  const seeds = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  const left = seeds
    .flatMap((seed) => forms.map((form) => ({ form, seed })))
    .filter(({ form, seed }) => !done.some((one) => one.seed === seed && isOf(form, one)));
  if (left.length === 0) return;

  using interruption = listenForInterruption();
  const { signal } = interruption;
  const out = mkdtempSync(join(tmpdir(), "lossbound-coverage-"));
  try {
    await using environment = await openLocal({ brokers: { count: 1, config: {} }, progress: say, signal });
    const run = async ({ scenario, file }: ShortForm, seed: number): Promise<Result | undefined> => {
      const [result] = await runAll([scenario], {
        seed,
        out,
        signal,
        repeatWith: () => `lossbound run ${file} --seed ${seed}`,
        kept: { environment, brokers: scenario.brokers },
      });
      return result;
    };
    // A broker that has just started compiles its code at first: nobody's scenario is about that.
    await run(left[0]!.form, first);
    const began = performance.now();
    /** Without a result, and not written down yet: where none follows, it was not the prediction that failed. */
    let failed: Measured[] = [];
    for (const [place, { form, seed }] of left.entries()) {
      const { scenario, prediction } = form;
      const result = await run(form, seed).catch((error: unknown) => {
        signal.throwIfAborted();
        say(`${prediction.formula} ${seed}: no result: ${messageOf(error)}`);
        return undefined;
      });
      failed.push(measuredOf(scenario, seed, prediction, result));
      if (result !== undefined) {
        for (const one of failed) appendMeasured(values.results, one);
        failed = [];
        say(lineOf(seed, prediction, result));
      } else if (failed.length === failuresMax) {
        throw new Error(`${failuresMax} runs in a row had no result`);
      }
      const each = (performance.now() - began) / 1000 / (place + 1);
      if (place % 10 === 9) {
        say(
          `${place + 1} of ${left.length} runs, ${each.toFixed(1)} s each, ${Math.ceil((each * (left.length - place - 1)) / 60)} minutes left`,
        );
      }
    }
    for (const one of failed) appendMeasured(values.results, one);
  } catch (error) {
    if (!signal.aborted) throw error;
    say("interrupted: what was run is written down");
    process.exitCode = 130;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function lineOf(
  seed: number,
  { formula, lost }: Predicted,
  { messages, verdict, reasons }: { messages: { lost: number }; verdict: string; reasons: string[] },
): string {
  const within = messages.lost >= lost.min && messages.lost <= lost.max;
  const why = verdict === "inconclusive" ? ` (${reasons.join("; ")})` : "";
  return `${formula} ${seed}: ${messages.lost} lost, predicted ${lost.min} to ${lost.max}${within ? "" : "  <- outside"}, ${verdict}${why}`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

import { judgeStored } from "../../src/library/judge.js";
import { makePlan } from "../../src/plan/plan.js";
import type { Judged } from "../../src/results/make-result.js";
import { parseScenario } from "../../src/scenario/file/read.js";
import { aRun } from "./a-run.js";

export function planOf(name: string, messages: number) {
  const text = `guarantee: at-most-once\nproducers: { rate: 100/s, messages: ${messages} }\nexpect: { lost: 0 }\n`;
  return makePlan(parseScenario(text, `${name}.yaml`), 1);
}

/** Returns a finished run of a plan with the given name and number of messages. */
export async function finished(name: string, messages: number): Promise<Judged> {
  using stored = aRun({ producers: [Array<"processed">(30).fill("processed")] });
  const judged = await judgeStored(stored.path);
  const plan = planOf(name, messages);
  return { ...judged, plan, run: { ...judged.run, plan } };
}

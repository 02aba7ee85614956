import { seedMax } from "../../plan/plan.js";
import { role, scenario } from "./scenario-shape.js";
import { amount, either, flag, list, oneOf, section, text, whole } from "./shape.js";

/**
 * What a stored run must look like to be judged. A digest that matches says that nobody changed the
 * record by accident; whether it is the record of a run is another question, and a wrong one must end
 * in words and not in the middle of the judgement.
 *
 * @returns the first thing that is wrong with it, or `undefined`.
 */
export function problemOfRun(run: unknown): string | undefined {
  return runShape(run, "run");
}

const runShape = section({
  runId: text,
  scenario,
  seed: whole(0, seedMax),
  startedAt: amount,
  lives: list(
    section({ role, worker: whole(), life: whole(), killed: flag, endedBy: either(oneOf(null), text) }),
  ),
  log: list(
    section({
      partition: whole(),
      start: whole(),
      end: whole(),
      records: whole(),
      position: either(oneOf(null), whole()),
    }),
  ),
  output: either(
    oneOf(null),
    list(section({ partition: whole(), start: whole(), end: whole(), records: whole() })),
  ),
  witnesses: section({
    refusals: either(
      oneOf(null),
      list(section({ broker: whole(), clientId: text, correlationId: whole(), at: amount })),
    ),
    truncations: either(
      oneOf(null),
      list(section({ broker: whole(), partition: whole(), offset: whole(), at: amount })),
    ),
    followed: flag,
  }),
  gaveUp: list(text),
  machine: section({
    stoodStillMs: amount,
    waitedForCpuMs: either(oneOf(null), amount),
    stolenMs: either(oneOf(null), amount),
  }),
  environment: section({ kind: text, broker: text, proxy: text, client: text, node: text }),
  repeatWith: text,
});

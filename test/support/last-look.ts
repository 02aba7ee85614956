import type { Measures } from "../../src/experiment/measure.js";
import { Exporter } from "../../src/metrics/exporter.js";
import type { RunFacts } from "../../src/metrics/values.js";
import type { Plan } from "../../src/plan/plan.js";
import type { Judged } from "../../src/report/make-result.js";

/** An exporter that keeps what was measured of each run, by its scenario, before the ledger took its place. */
export class LastLook extends Exporter {
  readonly measured = new Map<string, Measures>();
  readonly judged = new Map<string, Judged>();
  #measure: (() => Measures) | undefined;

  override begin(plan: Plan, facts: RunFacts, measure: () => Measures): Disposable {
    this.#measure = measure;
    return super.begin(plan, facts, measure);
  }

  override finish(judged: Judged): void {
    this.measured.set(judged.run.scenario.name, this.#measure!());
    this.judged.set(judged.run.scenario.name, judged);
    super.finish(judged);
  }
}

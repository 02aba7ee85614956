import type { Measures } from "../experiment/measure.js";
import type { Plan } from "../plan/plan.js";
import type { Judged } from "../report/make-result.js";
import type { Scenario } from "../scenario/scenario.js";
import { type MetricsText, openMetricsText } from "./registry.js";
import { type RunLabels, type Sample, samplesOf } from "./samples.js";
import { type RunFacts, type Values, valuesAtEnd, valuesBefore, valuesNow } from "./values.js";

/** What stands for the step of a run that is in no sweep. */
const onlyStep = "1";

/**
 * What the metrics say now, of all runs of a command: zeros of those to come, what is measured of the one
 * that goes on, and the totals of those that are over.
 */
export class Exporter {
  readonly #runs = new Map<string, { labels: RunLabels; now: () => Values; isOver: boolean }>();
  readonly #client: string;
  readonly #text: MetricsText = openMetricsText();

  /** @param client name of the client library under test. */
  constructor(client: string) {
    this.#client = client;
  }

  get contentType(): string {
    return this.#text.contentType;
  }

  /** Has every series of a run that is to come stand at 0. */
  announce(plan: Plan): void {
    const before = valuesBefore(plan);
    this.#put(plan.scenario, () => before);
  }

  /**
   * Measures a run from here on, whenever somebody asks, until it is finished. Of a run that comes to no end,
   * disposing it keeps what was measured last.
   */
  begin(plan: Plan, facts: RunFacts, measure: () => Measures): Disposable {
    const before = valuesBefore(plan);
    const now = (): Values => valuesNow(before, measure(), facts);
    this.#put(plan.scenario, now);
    return {
      [Symbol.dispose]: () => {
        if (this.#runs.get(nameOf(plan.scenario))?.now !== now) return;
        const last = { ...now(), phase: undefined, active: new Set<string>() };
        this.#put(plan.scenario, () => last);
      },
    };
  }

  /** Has every series of a run say what the ledger has in total. */
  finish(judged: Judged): void {
    const last = valuesAtEnd(judged);
    this.#put(judged.run.scenario, () => last, true);
  }

  /** All of it in Prometheus' text format. */
  async render(): Promise<string> {
    const samples = [...this.#runs.values()].flatMap(({ labels, now }) => samplesOf(labels, now()));
    return await this.#text.render(samples);
  }

  /**
   * Gives the metrics of runs that are over to a Pushgateway, a group a run: the next run of a scenario takes the
   * place of this one. One that came to no end takes nobody's place.
   *
   * @throws whatever the connection, or the gateway, has against it.
   */
  async push(url: string): Promise<void> {
    for (const { labels, now, isOver } of this.#runs.values()) {
      if (!isOver) continue;
      const samples: Sample[] = samplesOf(labels, now());
      await this.#text.push(url, samples, labels);
    }
  }

  #put(scenario: Scenario, now: () => Values, isOver = false): void {
    this.#runs.set(nameOf(scenario), { labels: labelsOf(scenario, this.#client), now, isOver });
  }
}

/** A sweep's runs at one value share their series: each begins them anew, as a process does that is started again. */
function nameOf(scenario: Scenario): string {
  const { scenario: name, guarantee, step } = labelsOf(scenario, "");
  return `${name} ${guarantee} ${step}`;
}

export function labelsOf({ name, guarantee, step }: Scenario, client: string): RunLabels {
  return {
    scenario: step?.sweep ?? name,
    guarantee,
    client,
    step: step === undefined ? onlyStep : String(step.value),
  };
}

import type { Measures } from "../experiment/live/measure.js";
import type { Plan } from "../plan/plan.js";
import type { Judged } from "../results/make-result.js";
import type { Scenario } from "../scenario/scenario.js";
import type { FaultSeries } from "./fault-series.js";
import { type MetricsText, openMetricsText } from "./registry.js";
import { Scrapers } from "./scrapers.js";
import { type RunLabels, samplesOf } from "./samples.js";
import {
  type RunFacts,
  type StepFound,
  type Values,
  valuesAtEnd,
  valuesBefore,
  valuesNow,
} from "./values.js";

/** The response to one scrape. */
export interface Scrape {
  text: string;
  /** Must be called after the response was delivered to the scraper. */
  given(): void;
}

/** The `step` label of a run outside a sweep; never the value of a step. */
const noStep = "none";

/**
 * Exports the metrics of all runs of a command: zeros for runs that have not started, current
 * measurements for the running one, and totals for finished runs.
 */
export class Exporter {
  readonly #runs = new Map<string, { labels: RunLabels; now: () => Values; isOver: boolean }>();
  /** The faults of all announced repeats of a step, since their targets differ by seed. */
  readonly #announced = new Map<string, FaultSeries[]>();
  /** The results of the judged repeats of a step. */
  readonly #found = new Map<string, StepFound[]>();
  readonly #scrapers = new Scrapers();
  readonly #client: string;
  readonly #lingers: boolean;
  readonly #text: MetricsText = openMetricsText();

  /**
   * @param client name of the client library under test.
   * @param lingers whether runs expose metrics until their end was scraped.
   */
  constructor(client: string, { lingers = false }: { lingers?: boolean } = {}) {
    this.#client = client;
    this.#lingers = lingers;
  }

  get contentType(): string {
    return this.#text.contentType;
  }

  /** Exposes every series of a future run with the value 0. */
  announce(plan: Plan): void {
    const before = valuesBefore(plan);
    const name = nameOf(plan.scenario);
    this.#announced.set(name, mergeSeries(this.#announced.get(name) ?? [], before.faults));
    this.#retire(name);
    this.#put(plan.scenario, () => before);
  }

  /**
   * Measures a run on each scrape from now on, until it is finished. If the run fails, disposing
   * the returned object keeps the last measurements.
   */
  begin(plan: Plan, facts: RunFacts, measure: () => Measures): Disposable {
    const options = { run: facts, lingers: this.#lingers };
    const now = (): Values => valuesNow(plan, measure(), options);
    this.#retire(nameOf(plan.scenario));
    this.#put(plan.scenario, now);
    return {
      [Symbol.dispose]: () => {
        if (this.#runs.get(nameOf(plan.scenario))?.now !== now) return;
        const last = { ...now(), phase: undefined, untilMs: 0, active: new Set<string>() };
        this.#put(plan.scenario, () => last);
      },
    };
  }

  /** Sets every series of a run to the totals of the ledger. */
  finish(judged: Judged): void {
    const last = valuesAtEnd(judged);
    const name = nameOf(judged.run.plan.scenario);
    this.#found.set(name, [...(this.#found.get(name) ?? []), last.step]);
    this.#put(judged.run.plan.scenario, () => last, true);
  }

  /**
   * Renders all metrics in Prometheus' text format for a single request, with the faults in force
   * now.
   */
  async render(): Promise<string> {
    const samples = [...this.#runs].flatMap(([name, { labels, now }]) =>
      samplesOf(labels, this.#complete(name, now())),
    );
    return await this.#text.render(samples);
  }

  /**
   * Renders all metrics for a regular scraper, with the faults in force at any time since its last
   * scrape.
   *
   * @param scraper identifies the scraper.
   */
  async scrape(scraper: string): Promise<Scrape> {
    const runs = new Map([...this.#runs].map(([name, { now }]) => [name, this.#complete(name, now())]));
    const { inForceSince, given } = this.#scrapers.look(scraper, runs);
    const samples = [...runs].flatMap(([name, values]) =>
      samplesOf(this.#runs.get(name)!.labels, { ...values, inForceSince: inForceSince.get(name)! }),
    );
    return { text: await this.#text.render(samples), given };
  }

  /**
   * Pushes the metrics of finished runs to a Pushgateway, with a group per run, which the next run
   * of the scenario replaces. A run that failed is not pushed.
   *
   * @throws if the connection fails, or the gateway rejects the request.
   */
  async push(url: string): Promise<void> {
    for (const [name, { labels, now, isOver }] of this.#runs) {
      if (!isOver) continue;
      const samples = samplesOf(labels, this.#complete(name, now()));
      await this.#text.push(url, samples, labels);
    }
  }

  /** Adds the results of the other repeats of a step, and the faults that they may have. */
  #complete(name: string, values: Values): Values {
    const found = this.#found.get(name) ?? [];
    const faults = mergeSeries(values.faults, this.#announced.get(name) ?? []);
    return { ...values, faults, step: found.length === 0 ? values.step : meanOf(found) };
  }

  /** Retires the run of this name before another one replaces it. */
  #retire(name: string): void {
    const run = this.#runs.get(name);
    if (run !== undefined) this.#scrapers.retire(name, run.now());
  }

  #put(scenario: Scenario, now: () => Values, isOver = false): void {
    this.#runs.set(nameOf(scenario), { labels: labelsOf(scenario, this.#client), now, isOver });
  }
}

/** Merges series: all of `some`, and those that only `others` has, without their occurrences. */
function mergeSeries(some: readonly FaultSeries[], others: readonly FaultSeries[]): FaultSeries[] {
  const isNew = ({ fault, on }: FaultSeries): boolean =>
    !some.some((one) => one.fault === fault && one.on === on);
  return [...some, ...others.filter(isNew).map((other) => ({ ...other, keys: [] }))];
}

function meanOf(found: readonly StepFound[]): StepFound {
  const mean = (of: keyof StepFound): number | null => {
    const values = found.map((each) => each[of]).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    lossRatio: mean("lossRatio")!,
    sentPerSecond: mean("sentPerSecond")!,
    processedPerSecond: mean("processedPerSecond")!,
    lostPerFault: mean("lostPerFault"),
  };
}

/**
 * Returns the name of a run's series. Repeats of a step share them, and each resets them like a
 * restarted process.
 */
function nameOf(scenario: Scenario): string {
  const { scenario: name, guarantee, step } = labelsOf(scenario, "");
  return `${name} ${guarantee} ${step}`;
}

export function labelsOf({ name, guarantee, step }: Scenario, client: string): RunLabels {
  return {
    scenario: step?.sweep ?? name,
    guarantee,
    client,
    step: step === undefined ? noStep : String(step.value),
  };
}

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

/** What one scrape is answered. */
export interface Scrape {
  text: string;
  /** To be called when the scraper has been given it. */
  given(): void;
}

/** What stands for the step of a run that is in no sweep: no value that a sweep may have. */
const noStep = "none";

/**
 * What the metrics say now, of all runs of a command: zeros of those to come, what is measured of the one
 * that goes on, and the totals of those that are over.
 */
export class Exporter {
  readonly #runs = new Map<string, { labels: RunLabels; now: () => Values; isOver: boolean }>();
  /** Of all repeats of a step that were announced: whom a fault is to hit differs by the seed. */
  readonly #announced = new Map<string, FaultSeries[]>();
  /** What the judged repeats of a step found. */
  readonly #found = new Map<string, StepFound[]>();
  readonly #scrapers = new Scrapers();
  readonly #client: string;
  readonly #lingers: boolean;
  readonly #text: MetricsText = openMetricsText();

  /**
   * @param client name of the client library under test.
   * @param lingers whether runs are to be heard of until their end was scraped.
   */
  constructor(client: string, { lingers = false }: { lingers?: boolean } = {}) {
    this.#client = client;
    this.#lingers = lingers;
  }

  get contentType(): string {
    return this.#text.contentType;
  }

  /** Has every series of a run that is to come stand at 0. */
  announce(plan: Plan): void {
    const before = valuesBefore(plan);
    const name = nameOf(plan.scenario);
    this.#announced.set(name, together(this.#announced.get(name) ?? [], before.faults));
    this.#retire(name);
    this.#put(plan.scenario, () => before);
  }

  /**
   * Measures a run from here on, whenever somebody asks, until it is finished. Of a run that comes to no end,
   * disposing it keeps what was measured last.
   */
  begin(plan: Plan, facts: RunFacts, measure: () => Measures): Disposable {
    const told = { run: facts, lingers: this.#lingers };
    const now = (): Values => valuesNow(plan, measure(), told);
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

  /** Has every series of a run say what the ledger has in total. */
  finish(judged: Judged): void {
    const last = valuesAtEnd(judged);
    const name = nameOf(judged.run.plan.scenario);
    this.#found.set(name, [...(this.#found.get(name) ?? []), last.step]);
    this.#put(judged.run.plan.scenario, () => last, true);
  }

  /** All of it in Prometheus' text format, for whoever looks only once: of the faults, what is in force now. */
  async render(): Promise<string> {
    const samples = [...this.#runs].flatMap(([name, { labels, now }]) =>
      samplesOf(labels, this.#complete(name, now())),
    );
    return await this.#text.render(samples);
  }

  /**
   * The same, for one who comes again and again: of the faults, what was in force at any time since it was given
   * the metrics last.
   *
   * @param scraper whoever it is, the same name each time.
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
   * Gives the metrics of runs that are over to a Pushgateway, a group a run: the next run of a scenario takes the
   * place of this one. One that came to no end takes nobody's place.
   *
   * @throws whatever the connection, or the gateway, has against it.
   */
  async push(url: string): Promise<void> {
    for (const [name, { labels, now, isOver }] of this.#runs) {
      if (!isOver) continue;
      const samples = samplesOf(labels, this.#complete(name, now()));
      await this.#text.push(url, samples, labels);
    }
  }

  /** With what its other repeats have found, and are to have. */
  #complete(name: string, values: Values): Values {
    const found = this.#found.get(name) ?? [];
    const faults = together(values.faults, this.#announced.get(name) ?? []);
    return { ...values, faults, step: found.length === 0 ? values.step : meanOf(found) };
  }

  /** The run that has this name is about to give its place to another one. */
  #retire(name: string): void {
    const run = this.#runs.get(name);
    if (run !== undefined) this.#scrapers.retire(name, run.now());
  }

  #put(scenario: Scenario, now: () => Values, isOver = false): void {
    this.#runs.set(nameOf(scenario), { labels: labelsOf(scenario, this.#client), now, isOver });
  }
}

/** The series of the one, and those that only the other has, in which nothing falls. */
function together(some: readonly FaultSeries[], others: readonly FaultSeries[]): FaultSeries[] {
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
    step: step === undefined ? noStep : String(step.value),
  };
}

import { type FaultSeries, seriesName } from "./fault-series.js";
import type { Values } from "./values.js";

/** The faults as seen by one scrape. */
export interface FaultView {
  /**
   * By run, the names of the series with a fault in force at any time since the previous scrape.
   */
  inForceSince: ReadonlyMap<string, ReadonlySet<string>>;
  /** Must be called after the response was delivered; the next scrape starts from here. */
  given(): void;
}

/** The number of occurrences of a series, and whether one is in force. */
interface Seen {
  fallen: number;
  active: boolean;
}

/** Scrapers to remember at most; the one with the oldest scrape is dropped first. */
const scrapersMax = 64;

/**
 * Remembers what each scraper has seen. A fault may start and end between two scrapes, so each
 * scraper gets what was in force since its own last scrape. A new scraper gets what is in force
 * now.
 */
export class Scrapers {
  readonly #delivered = new Map<string, ReadonlyMap<string, Seen>>();
  /** Occurrences in replaced runs, by run and series. */
  readonly #before = new Map<string, number>();

  /** Keeps the occurrences of a run that the next one replaces. */
  retire(run: string, values: Values): void {
    for (const series of values.faults) {
      const key = keyOf(run, series);
      this.#before.set(key, this.#fallenIn(key) + seenIn(series, values).fallen);
    }
  }

  /** Returns the faults for a scrape. */
  look(scraper: string, runs: ReadonlyMap<string, Values>): FaultView {
    const delivered = this.#delivered.get(scraper);
    const seen = new Map<string, Seen>();
    const inForceSince = new Map<string, Set<string>>();
    for (const [run, values] of runs) {
      const names = new Set<string>();
      for (const series of values.faults) {
        const key = keyOf(run, series);
        const now = seenIn(series, values);
        now.fallen += this.#fallenIn(key);
        seen.set(key, now);
        const then = delivered?.get(key) ?? {
          fallen: delivered === undefined ? now.fallen : 0,
          active: false,
        };
        if (now.active || then.active || now.fallen > then.fallen) names.add(seriesName(series));
      }
      inForceSince.set(run, names);
    }
    return { inForceSince, given: () => this.#remember(scraper, seen) };
  }

  #fallenIn(key: string): number {
    return this.#before.get(key) ?? 0;
  }

  #remember(scraper: string, seen: ReadonlyMap<string, Seen>): void {
    this.#delivered.delete(scraper);
    this.#delivered.set(scraper, seen);
    const [longestAway] = this.#delivered.keys();
    if (this.#delivered.size > scrapersMax) this.#delivered.delete(longestAway!);
  }
}

function seenIn({ keys }: FaultSeries, { active, fallen }: Values): Seen {
  return {
    fallen: keys.filter((key) => fallen.has(key)).length,
    active: keys.some((key) => active.has(key)),
  };
}

function keyOf(run: string, series: FaultSeries): string {
  return `${run} ${seriesName(series)}`;
}

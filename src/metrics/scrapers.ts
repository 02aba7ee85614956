import { type FaultSeries, seriesName } from "./fault-series.js";
import type { Values } from "./values.js";

/** What one scrape says of the faults. */
export interface FaultView {
  /** By run, the names of the series in which a fault was in force at any time since the scrape before. */
  inForceSince: ReadonlyMap<string, ReadonlySet<string>>;
  /** It was given to the scraper: the next one begins here. */
  given(): void;
}

/** How often a fault of a series fell, and whether one is in force. */
interface Seen {
  fallen: number;
  active: boolean;
}

/** So many scrapers are remembered: who has not come for the longest time is forgotten first. */
const scrapersMax = 64;

/**
 * A fault may come and go between two scrapes. So each scraper is told what was in force at any time since it was
 * given the metrics last, whoever else was given them meanwhile. One that comes for the first time is told what is
 * in force now.
 */
export class Scrapers {
  readonly #told = new Map<string, ReadonlyMap<string, Seen>>();
  /** What fell in runs whose place another one has taken since, by run and series. */
  readonly #before = new Map<string, number>();

  /** The next run takes the place of this one. What fell in it has fallen all the same. */
  retire(run: string, values: Values): void {
    for (const series of values.faults) {
      const key = keyOf(run, series);
      this.#before.set(key, this.#fallenIn(key) + seenIn(series, values).fallen);
    }
  }

  look(scraper: string, runs: ReadonlyMap<string, Values>): FaultView {
    const told = this.#told.get(scraper);
    const seen = new Map<string, Seen>();
    const inForceSince = new Map<string, Set<string>>();
    for (const [run, values] of runs) {
      const names = new Set<string>();
      for (const series of values.faults) {
        const key = keyOf(run, series);
        const now = seenIn(series, values);
        now.fallen += this.#fallenIn(key);
        seen.set(key, now);
        const then = told?.get(key) ?? { fallen: told === undefined ? now.fallen : 0, active: false };
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
    this.#told.delete(scraper);
    this.#told.set(scraper, seen);
    const [longestAway] = this.#told.keys();
    if (this.#told.size > scrapersMax) this.#told.delete(longestAway!);
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

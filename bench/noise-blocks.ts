import type { Scenario } from "../src/scenario/scenario.js";
import { brokersFor, neighbours } from "../src/environment/local/brokers-wanted.js";
import type { DefectName } from "./noise-defects.js";
import type { Level } from "./noise-load.js";

/** A scenario, and the defect that the worker has in its runs. */
export interface Subject {
  file: string;
  scenario: Scenario;
  defect: DefectName | "none";
  digest: string;
}

/**
 * Runs under one load, one of each subject. The lanes go on side by side; each consists of groups, one
 * after another, whose runs share an environment.
 */
export interface Block {
  level: Level;
  seed: number;
  lanes: Subject[][][];
}

/**
 * Puts all runs in order: every subject once at each level, then once more with the next seed. So a
 * measurement that is interrupted says something of everything.
 *
 * Each seed begins with another subject, since the first run finds brokers that have just started.
 *
 * @param atOnce how many runs go on side by side.
 * @param isDone whether a run stands written down; it is left out.
 */
export function blocksOf(
  subjects: readonly Subject[],
  levels: readonly Level[],
  { runs, atOnce }: { runs: number; atOnce: number },
  isDone: (subject: Subject, level: Level, seed: number) => boolean,
): Block[] {
  const together = subjects.toSorted((one, other) => brokersKey(one).localeCompare(brokersKey(other)));
  const seeds = Array.from({ length: runs }, (_, index) => index + 1);
  return seeds.flatMap((seed) =>
    levels.map((level) => {
      const left = rotated(together, seed - 1).filter((subject) => !isDone(subject, level, seed));
      return { level, seed, lanes: dealt(left, atOnce).map(sharing) };
    }),
  );
}

/** Subjects that need the same brokers stand beside each other. */
function brokersKey({ scenario }: Subject): string {
  return JSON.stringify(brokersFor(scenario));
}

function rotated<T>(all: readonly T[], by: number): T[] {
  const first = all.length === 0 ? 0 : by % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

/** Gives each lane every n-th subject; a lane without one is left out. */
function dealt<T>(all: readonly T[], lanes: number): T[][] {
  return Array.from({ length: Math.min(lanes, all.length) }, (_, lane) =>
    all.filter((_, index) => index % lanes === lane),
  );
}

function sharing(subjects: readonly Subject[]): Subject[][] {
  const left = [...subjects];
  return neighbours(left.map(({ scenario }) => scenario)).map((group) => left.splice(0, group.length));
}

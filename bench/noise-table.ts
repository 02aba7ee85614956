import { defectNames } from "./noise-defects.js";
import { type Level, levels } from "./noise-load.js";
import { type Measured, type Outcome, outcomes } from "./noise-store.js";

type Counts = Record<Outcome, number>;

/** At least this share of the runs without a defect must hold. At `crowded` none has to. */
const heldShareMin: Record<Level, number> = { idle: 0.98, busy: 0.9, crowded: 0 };
/** At most this share of the conclusive runs with a defect may hold. */
const missedShareMax = 0.01;

/**
 * Leaves out the runs of another source than the last one's, and of each scenario and defect the runs
 * of another form than its last one's.
 */
export function currentOf(measured: readonly Measured[]): Measured[] {
  const source = measured.at(-1)?.source;
  const forms = new Map(measured.map((run) => [`${run.scenario} ${run.defect}`, run.subject]));
  return measured.filter(
    (run) => run.source === source && forms.get(`${run.scenario} ${run.defect}`) === run.subject,
  );
}

/** @returns the criteria that the runs miss, a sentence each. */
export function missedCriteria(runs: readonly Measured[]): string[] {
  const missed: string[] = [];
  const sound = runs.filter(({ defect }) => defect === "none");
  for (const { outcome, scenario, level, seed } of sound) {
    if (outcome === "broken" || outcome === "error") {
      missed.push(`${scenario} without a defect: ${outcome} (${level}, seed ${seed})`);
    }
  }
  for (const level of levels) {
    const counts = countsOf(sound.filter((run) => run.level === level));
    const all = totalOf(counts);
    if (counts.held < heldShareMin[level] * all) {
      missed.push(
        `${level}: ${shareOf(counts.held, all)} of the runs without a defect held, at least ${heldShareMin[level] * 100} % must`,
      );
    }
  }
  for (const name of defectNames) {
    const { held, broken } = countsOf(runs.filter(({ defect }) => defect === name));
    if (held > missedShareMax * (held + broken)) {
      missed.push(
        `${name}: ${shareOf(held, held + broken)} of the conclusive runs held, at most ${missedShareMax * 100} % may`,
      );
    }
  }
  return missed;
}

/** The text of `docs/verdicts.md` between its markers. */
export function renderNoise(runs: readonly Measured[]): string {
  const source = runs.at(-1)?.source;
  if (source === undefined) return "Not measured yet.";
  return [
    `${runs.length} runs of the source \`${source}\`${besideOthers(runs)}.`,
    "False alarms: runs of the shipped scenarios, without a defect.",
    alarmsTable(runs.filter(({ defect }) => defect === "none")),
    "Power: runs with a defect planted in the workers. A run is conclusive if it is broken or held.",
    powerTable(runs),
  ].join("\n\n");
}

/** A run beside another has a busier machine than its level says. */
function besideOthers(runs: readonly Measured[]): string {
  const count = runs.filter(({ atOnce }) => atOnce > 1).length;
  const most = Math.max(...runs.map(({ atOnce }) => atOnce));
  return count === 0 ? "" : `, ${count} of them with up to ${most} at once`;
}

function alarmsTable(runs: readonly Measured[]): string {
  const scenarios = [...new Set(runs.map(({ scenario }) => scenario))].toSorted();
  const rows = scenarios.map((name) => {
    const ours = runs.filter(({ scenario }) => scenario === name);
    return [name, ...levels.map((level) => inWords(countsAt(ours, level)))];
  });
  const all = ["**all**", ...levels.map((level) => withShare(countsAt(runs, level)))];
  return table(["scenario", ...levels], [...rows, all]);
}

function powerTable(runs: readonly Measured[]): string {
  const rows = defectNames.map((name) => {
    const ours = runs.filter(({ defect }) => defect === name);
    const { held, broken } = countsOf(ours);
    const cells = levels.map((level) => inWords(countsAt(ours, level), broughtUpFirst));
    return [`\`${name}\``, scenariosOf(ours), ...cells, shareOf(held, held + broken)];
  });
  return table(["defect", "in", ...levels, "held, of the conclusive"], rows);
}

/** With a defect, `broken` is what should be. */
const broughtUpFirst = ["broken", "inconclusive", "held", "error"] as const satisfies readonly Outcome[];

function scenariosOf(runs: readonly Measured[]): string {
  const scenarios = new Set(runs.map(({ scenario }) => scenario)).size;
  if (scenarios === 0) return "–";
  return scenarios === 1 ? "1 scenario" : `${scenarios} scenarios`;
}

function countsAt(runs: readonly Measured[], wanted: Level): Counts {
  return countsOf(runs.filter(({ level }) => level === wanted));
}

function countsOf(runs: readonly Measured[]): Counts {
  const counts: Counts = { held: 0, inconclusive: 0, broken: 0, error: 0 };
  for (const { outcome } of runs) counts[outcome]++;
  return counts;
}

function totalOf(counts: Counts): number {
  return outcomes.reduce((sum, outcome) => sum + counts[outcome], 0);
}

/** `8 held, 2 inconclusive` */
function inWords(counts: Counts, order: readonly Outcome[] = outcomes): string {
  const there = order.filter((outcome) => counts[outcome] > 0);
  return there.length === 0 ? "–" : there.map((outcome) => `${counts[outcome]} ${outcome}`).join(", ");
}

function withShare(counts: Counts): string {
  const all = totalOf(counts);
  return all === 0 ? "–" : `${counts.held} of ${all} held, ${shareOf(counts.held, all)}`;
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

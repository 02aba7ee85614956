/**
 * Computes how many trials of a verdict may fall outside a bound that itself comes from trials.
 *
 * A bound that holds a share c of all trials (`tolerance.ts`) is missed with a chance of at most 1
 * − c. The chance that k or more of m trials miss it is the tail of a binomial distribution
 * (`binomial.ts`). Bounds that are judged together share the wanted chance of a false alarm, and
 * the doubt, evenly: C. E. Bonferroni, Teoria statistica delle classi e calcolo delle probabilità
 * (1936).
 */
import { chanceThatMakesRare } from "./binomial.js";
import { trialsNeeded } from "./tolerance.js";

/** The properties that calibrated bounds must have. */
export interface Wanted {
  /** Trials of a verdict, 1 or more. */
  perVerdict: number;
  /** The chance that a verdict is broken although nothing is wrong, above 0 and below 1. */
  falseAlarms: number;
  /** The confidence that all bounds keep this chance, above 0 and below 1. */
  confidence: number;
  /** How many bounds a verdict has, 1 or more. */
  bounds: number;
}

export interface Allowance {
  /** The share of all trials that may fall outside each bound by chance alone. */
  outside: number;
  /** The number of trials outside one bound that breaks a verdict. */
  toBreak: number;
  /** The confidence that each single bound needs for its share. */
  confidence: number;
}

/**
 * Returns the most sensitive verdict that this many trials support, or `undefined` if there are too
 * few. Verdicts that break only when more than half of their trials fall outside are not
 * considered.
 */
export function allowanceOf(trials: number, wanted: Wanted): Allowance | undefined {
  return allowances(wanted).find((allowance) => trialsFor(allowance) <= trials);
}

/** Returns the smallest number of trials that supports a verdict. */
export function trialsToCalibrate(wanted: Wanted): number {
  return Math.min(...allowances(wanted).map(trialsFor));
}

/** Lists the possible allowances, the most sensitive first. */
function allowances({ perVerdict, falseAlarms, confidence, bounds }: Wanted): Allowance[] {
  return Array.from({ length: Math.ceil(perVerdict / 2) }, (_, index) => ({
    outside: roundedDown(chanceThatMakesRare(index + 1, perVerdict, falseAlarms / bounds)),
    toBreak: index + 1,
    confidence: 1 - (1 - confidence) / bounds,
  }));
}

function trialsFor({ outside, confidence }: Allowance): number {
  return outside === 0 ? Number.POSITIVE_INFINITY : trialsNeeded({ content: 1 - outside, confidence }, 2);
}

/** Rounds down to the four digits that are stored; a chance rounded up would claim too much. */
function roundedDown(chance: number): number {
  const unit = 10 ** (Math.floor(Math.log10(chance)) - 3);
  // The factor absorbs an error in the last binary digit, which would turn 0.01 into 0.009999.
  return Number((Math.floor((chance / unit) * (1 + 1e-9)) * unit).toPrecision(4));
}

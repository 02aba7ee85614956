/**
 * How many trials of a verdict may lie outside of a bound, where the bound itself comes from trials. A bound that
 * holds a share c of all trials (`tolerance.ts`) is missed by chance with 1 − c at most; of m trials, k or more miss
 * it with the tail of the binomial distribution (`binomial.ts`). Bounds that are judged together share the wanted
 * chance, and the doubt, evenly: C. E. Bonferroni, Teoria statistica delle classi e calcolo delle probabilità (1936).
 */
import { chanceThatMakesRare } from "./binomial.js";
import { trialsNeeded } from "./tolerance.js";

/** What bounds are to be calibrated for. */
export interface Wanted {
  /** Trials of a verdict, 1 or more. */
  perVerdict: number;
  /** The chance that a verdict is broken while all is well, above 0 and below 1. */
  falseAlarms: number;
  /** How sure of all of it, above 0 and below 1. */
  confidence: number;
  /** How many bounds a verdict has, 1 or more. */
  bounds: number;
}

export interface Allowance {
  /** The share of all trials that may lie outside of each bound by chance alone. */
  outside: number;
  /** So many trials of a verdict outside of one bound break it. */
  toBreak: number;
  /** How sure each bound by itself has to be of its share. */
  confidence: number;
}

/**
 * The most sensitive verdict that so many trials support; `undefined` where they support none. A verdict that
 * breaks only when more than half of its trials lie outside is none that anybody wants.
 */
export function allowanceOf(trials: number, wanted: Wanted): Allowance | undefined {
  return allowances(wanted).find((allowance) => trialsFor(allowance) <= trials);
}

/** The least trials that support a verdict. */
export function trialsToCalibrate(wanted: Wanted): number {
  return Math.min(...allowances(wanted).map(trialsFor));
}

/** The most sensitive one first. */
function allowances({ perVerdict, falseAlarms, confidence, bounds }: Wanted): Allowance[] {
  return Array.from({ length: Math.ceil(perVerdict / 2) }, (_, place) => ({
    outside: roundedDown(chanceThatMakesRare(place + 1, perVerdict, falseAlarms / bounds)),
    toBreak: place + 1,
    confidence: 1 - (1 - confidence) / bounds,
  }));
}

function trialsFor({ outside, confidence }: Allowance): number {
  return outside === 0 ? Number.POSITIVE_INFINITY : trialsNeeded({ content: 1 - outside, confidence }, 2);
}

/** To four digits, as it is written down: what was rounded up would claim too much. */
function roundedDown(chance: number): number {
  const unit = 10 ** (Math.floor(Math.log10(chance)) - 3);
  // What stands in the way of 0.01 is the last binary digit of a quantile.
  return Number((Math.floor((chance / unit) * (1 + 1e-9)) * unit).toPrecision(4));
}

import { randomOf } from "../../../src/base/random.js";

/** A distribution of the losses of one trial, with its true mean and shares. */
export interface Losses {
  draw: () => number;
  mean: number;
  /** The share of all draws from `low` to `high`, both included. */
  between: (low: number, high: number) => number;
}

export type Uniform = () => number;

export function uniformOf(seed: number): Uniform {
  const random = randomOf(seed);
  return () => (random(2 ** 31) + 0.5) / 2 ** 31;
}

/** Losses of a killed consumer: almost nothing of its chunk, or almost all of it. */
export function bimodal(uniform: Uniform): Losses {
  const [few, many, spread] = [0, 90, 10];
  const below = (x: number): number => 0.7 * share((x - few) / spread) + 0.3 * share((x - many) / spread);
  return {
    draw: () => (uniform() < 0.7 ? few : many) + spread * uniform(),
    mean: 0.7 * 5 + 0.3 * 95,
    between: (low, high) => below(high) - below(low),
  };
}

/** Mostly nothing, otherwise a few, so there are many ties. */
export function tied(uniform: Uniform): Losses {
  const shares = [0.5, 0.25, 0.15, 0.07, 0.03];
  return {
    draw: () => {
      let left = uniform();
      return shares.findIndex((one) => (left -= one) < 0) % shares.length;
    },
    mean: shares.reduce((sum, one, value) => sum + one * value, 0),
    between: (low, high) =>
      shares.reduce((sum, one, value) => sum + (value >= low && value <= high ? one : 0), 0),
  };
}

/** A Pareto distribution with an exponent of 3, which has a variance but no finite skewness. */
export function heavyTailed(uniform: Uniform): Losses {
  const below = (x: number): number => (x <= 1 ? 0 : 1 - x ** -3);
  return {
    draw: () => uniform() ** (-1 / 3),
    mean: 1.5,
    between: (low, high) => below(high) - below(low),
  };
}

function share(x: number): number {
  return Math.min(1, Math.max(0, x));
}

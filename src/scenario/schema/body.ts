import type { Rule } from "./fields.js";
import type { Acks, Bound, Calibration, Expect, Guarantee, Scenario } from "../scenario.js";

/** What a scenario file says itself, before what follows from its guarantee is filled in. */
export interface Body extends Omit<
  Scenario,
  | "name"
  | "claim"
  | "producers"
  | "consumers"
  | "faultsDrawn"
  | "sweep"
  | "step"
  | "repeat"
  | "calibrated"
  | "trial"
  | "expect"
  | "expectUnder"
> {
  producers: Omit<
    Scenario["producers"],
    "rate" | "size" | "acks" | "retries" | "metadataMaxAge" | "requestTimeout"
  > & {
    /** One value, or those of a sweep. */
    rate: readonly number[];
    size?: number | undefined;
    acks?: Acks | undefined;
    retries?: number | undefined;
    metadataMaxAge?: number | undefined;
    requestTimeout?: number | undefined;
  };
  consumers: Pick<Scenario["consumers"], "command" | "count" | "reset" | "sessionTimeout"> & {
    commitEvery?: readonly number[] | undefined;
    handle?: number | undefined;
    partitionsConsumedConcurrently?: number | undefined;
    retries?: number | undefined;
    metadataMaxAge?: number | undefined;
    requestTimeout?: number | undefined;
  };
  faultsDrawn?: number | undefined;
  repeat?: number | undefined;
  calibrated?: Calibration | undefined;
  expect: WrittenExpect;
}

/** Claims under the scenario's own guarantee, or under each of several. */
export type WrittenExpect =
  | { kind: "own"; claims: Claims }
  | { kind: "each"; claims: { [G in Guarantee]?: Claims | undefined } };

/** How many may be duplicated where nothing is said is the guarantee's business. */
export interface Claims extends Omit<Expect, "duplicated"> {
  duplicated: Bound | undefined;
}

export type Sound = Parameters<Rule<Body>>[1];

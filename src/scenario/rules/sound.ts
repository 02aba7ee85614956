import type { Rule } from "../schema/fields.js";
import type { Body } from "../schema/scenario.js";

/** Asks whether the value at a path has no problem at, above or below it. */
export type Sound = Parameters<Rule<Body>>[1];

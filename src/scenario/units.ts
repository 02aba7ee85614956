/** Numbers, by what they count. The JSON Schema of a stored run has their ranges. */

/**
 * A whole number, 0 or more.
 *
 * @asType integer
 * @minimum 0
 * @maximum 9007199254740991
 */
export type Whole = number;

/**
 * A whole number, 1 or more.
 *
 * @asType integer
 * @minimum 1
 * @maximum 9007199254740991
 */
export type Count = number;

/**
 * A number of messages of one scenario.
 *
 * @asType integer
 * @minimum 1
 * @maximum 1000000000
 */
export type MessageCount = number;

/**
 * A number of workers of one role.
 *
 * @asType integer
 * @minimum 1
 * @maximum 64
 */
export type WorkerCount = number;

/**
 * Which worker of its role, from 0.
 *
 * @asType integer
 * @minimum 0
 * @maximum 63
 */
export type WorkerIndex = number;

/** @minimum 0 */
export type Milliseconds = number;

/** @minimum 0 */
export type Amount = number;

/**
 * How often a fault falls.
 *
 * @asType integer
 * @minimum 1
 * @maximum 1000000
 */
export type Occurrences = number;

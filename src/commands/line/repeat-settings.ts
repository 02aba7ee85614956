import { falseAlarmsUsual, trialsMax } from "../../scenario/limits.js";
import { readChance } from "./chance.js";
import type { Options } from "./command-line.js";
import { usageError } from "./usage-error.js";

/** How many trials to run, and how to judge them together. */
export interface RepeatSettings {
  repeat?: number;
  falseAlarms?: number;
  stopEarly: boolean;
}

export const falseAlarmsOption = {
  value: "CHANCE",
  description: "Accepted probability of a false alarm per verdict (default: 1/100)",
};

export const repeatOptions = {
  repeat: {
    value: "N",
    description: "Trials per scenario, judged together (default: from the file, or 1)",
  },
  "false-alarms": falseAlarmsOption,
  "stop-early": { description: "Stop when further trials cannot change the verdict" },
} as const satisfies Options;

/** @throws LossboundError `USAGE` */
export function readRepeatSettings(
  written: { repeat: string | undefined; "false-alarms": string | undefined; "stop-early": boolean },
  command: string,
): RepeatSettings {
  const { repeat, "false-alarms": falseAlarms } = written;
  return {
    ...(repeat !== undefined && { repeat: readTrials("repeat", repeat, command) }),
    ...(falseAlarms !== undefined && { falseAlarms: readChance("false-alarms", falseAlarms, command) }),
    stopEarly: written["stop-early"],
  };
}

/** @throws LossboundError `USAGE` */
export function readTrials(option: string, written: string, command: string): number {
  const trials = /^[0-9]{1,6}$/u.test(written) ? Number(written) : Number.NaN;
  if (trials >= 1 && trials <= trialsMax) return trials;
  throw usageError([`--${option}: expected an integer from 1 to ${trialsMax}, got "${written}"`], command);
}

/** Returns the value of `--false-alarms`, or 1/100. */
export function readFalseAlarms(written: string | undefined, command: string): number {
  return written === undefined ? falseAlarmsUsual : readChance("false-alarms", written, command);
}

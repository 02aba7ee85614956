import { cpus, loadavg, totalmem } from "node:os";

import type { LocalEnvironment } from "../src/environment/local/local.js";
import { cell, layRows, left, right } from "../src/views/layout/columns.js";
import { type Cost, cpuMicroseconds, perSecond } from "./meter.js";
import { type Estimate, estimate, medianOf } from "./statistics.js";

/** Results go to stdout, what goes on to stderr. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function heading(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

/** The first row is the head; the first column is text, the others are numbers. */
export function table(rows: readonly (readonly string[])[]): void {
  const columns = rows[0]!.map((_, place) => (place === 0 ? left : right));
  const cells = rows.map((row) => row.map((text) => cell(text)));
  for (const line of layRows(columns, cells, (_tone, text) => text)) process.stdout.write(`${line}\n`);
}

export function machine(environment?: LocalEnvironment): void {
  const processors = cpus();
  const load = loadavg().map((value) => value.toFixed(2));
  const broker = environment === undefined ? "" : `, Kafka ${environment.versions.broker}`;
  process.stdout.write(
    `${processors.length} × ${processors[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ` +
      `${process.platform} ${process.arch}, Node ${process.version}${broker}; load ${load.join(" ")}\n`,
  );
}

/** How much of the bare rate is left, slice by slice. */
export function rateRatio(bare: readonly Cost[], ours: readonly Cost[]): Estimate {
  return estimate(bare.map((cost, pair) => perSecond(ours[pair]!) / perSecond(cost)));
}

/** The same by CPU time: what the bare loop takes for a message, as a share of what ours takes. */
export function cpuRatio(bare: readonly Cost[], ours: readonly Cost[]): Estimate {
  return estimate(bare.map((cost, pair) => cpuMicroseconds(cost) / cpuMicroseconds(ours[pair]!)));
}

export function rateOf(costs: readonly Cost[]): string {
  return `${thousands(medianOf(costs.map(perSecond)))}/s`;
}

export function cpuOf(costs: readonly Cost[]): string {
  return `${medianOf(costs.map(cpuMicroseconds)).toFixed(2)} µs`;
}

export function percent({ median, low, high }: Estimate): string {
  const text = (share: number): string => (share * 100).toFixed(1);
  return `${text(median)} % (${text(low)} to ${text(high)})`;
}

export function verdict(reached: boolean): string {
  return reached ? "reached" : "MISSED";
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function mebibytes(bytes: number): string {
  return `${thousands(bytes / 2 ** 20)} MiB`;
}

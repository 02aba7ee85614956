/** How long `lossbound explain` takes, of a run of a million messages. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

import { aRun } from "../test/support/a-run.js";
import { times } from "../test/support/stories.js";

const cli = createRequire(import.meta.url).resolve("#build/cli.js");

/**
 * Half a million messages of each of two producers, one request each, which is the most that a run can
 * have to look through; every fiftieth is lost, by three causes.
 *
 * @returns milliseconds of each call, process start and all.
 */
export async function timesToExplain(runs: number): Promise<{ message: number[]; lost: number[] }> {
  const stories = [
    ...times(200_000, "processed"),
    ...times(9_000, "in-transit"),
    ...times(100_000, "processed"),
    ...times(700, "in-processing"),
    ...times(300, "after-commit"),
    ...times(190_000, "processed"),
  ];
  using run = aRun({ producers: [stories, stories], killedAt: 250_000 });
  const message: number[] = [];
  const lost: number[] = [];
  for (let turn = 0; turn < runs; turn++) {
    message.push(await timeOf(["explain", run.path, `1:${309_000 + turn}`]));
    lost.push(await timeOf(["explain", "--lost", run.path]));
  }
  return { message, lost };
}

async function timeOf(args: readonly string[]): Promise<number> {
  const since = performance.now();
  await promisify(execFile)(process.execPath, [cli, ...args]);
  return performance.now() - since;
}

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fixture } from "../../support/paths.js";

/** Runs a fixture to its end, and returns its output. */
export async function runFixture(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [fixture(name), ...args]);
  return stdout;
}

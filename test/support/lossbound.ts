import { spawn } from "node:child_process";
import { cli } from "./paths.js";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built command line with pipes, as in a shell. */
export function lossbound(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  reads = true,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // Hide the CI job of the test run from lossbound.
    const { NO_COLOR, FORCE_COLOR, GITHUB_ACTIONS, GITHUB_STEP_SUMMARY, ...inherited } = process.env;
    const child = spawn(process.execPath, [cli, ...args], { env: { ...inherited, ...env } });
    const ended: Ended = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (ended.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (ended.stderr += chunk.toString()));
    if (!reads) child.stdout.destroy();
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ended, code }));
  });
}

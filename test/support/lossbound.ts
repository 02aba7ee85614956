import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built command line, as a shell with pipes would. */
export function lossbound(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  reads = true,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // What a CI system says of the job that the tests are is none of theirs.
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

/** A folder with scenario files in it, deleted with everything in it when it is disposed. */
export function aFolder(
  files: Readonly<Record<string, string>>,
): Disposable & { path: string; file(name: string): string } {
  const path = mkdtempSync(join(tmpdir(), "lossbound-test-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

export const soundScenario = `# Two consumers are killed, and lose what they had in hand.
guarantee: at-most-once
topic: { partitions: 2 }
producers: { rate: 1000/s, messages: 5000 }
consumers: { count: 2, commitEvery: 100, handle: 2ms }
faults:
  - { at: 1s, kill: consumer, restartAfter: 500ms, times: 4, every: 1s }
expect:
  lost: { min: 10, max: 400 }
`;

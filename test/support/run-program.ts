import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

interface RunChoices {
  /** What it reads. */
  input?: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds; then it is ended. */
  timeout?: number;
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  { input = "", timeout = 60_000, ...place }: RunChoices = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(command, args, { stdio: "pipe", timeout, ...place });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

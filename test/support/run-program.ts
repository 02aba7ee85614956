import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

interface RunChoices {
  /** Its standard input. */
  input?: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The time in milliseconds after which it is killed. */
  timeout?: number;
}

/** Runs a program until it exits. */
export async function run(
  command: string,
  args: readonly string[],
  { input = "", timeout = 60_000, ...options }: RunChoices = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(command, args, { stdio: "pipe", timeout, ...options });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

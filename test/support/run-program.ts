import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** Runs a program to its end; `input` is what it reads. */
export async function run(
  command: string,
  args: readonly string[],
  { input = "" }: { input?: string } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(command, args, { stdio: "pipe", timeout: 60_000 });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

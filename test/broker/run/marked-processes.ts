import { execFileSync } from "node:child_process";

/**
 * Ids and commands of the processes that have `mark` in their environment, which every descendant of
 * a marked process has, wherever it hangs in the tree. Those that have ended and were not collected
 * yet do not count.
 */
export function processesWith(mark: string): string[] {
  const options = process.platform === "darwin" ? ["-axEww"] : ["axeww"];
  const lines = execFileSync("ps", [...options, "-o", "pid=,stat=,args="], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return lines
    .split("\n")
    .filter((line) => line.includes(mark) && !/^\s*\d+\s+Z/.test(line))
    .map((line) => line.trim().slice(0, 120));
}

import { execFileSync } from "node:child_process";

/**
 * Returns the ids and commands of the processes that have `mark` in their environment. All
 * descendants of a marked process inherit it, at any depth of the tree. Zombies do not count.
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

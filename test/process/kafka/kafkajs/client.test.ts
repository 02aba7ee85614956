import { spawn } from "node:child_process";
import { once } from "node:events";

import { describe, expect, it } from "vitest";
import { fixture } from "../../../support/paths.js";

const program = fixture("stops-while-brokers-change.mjs");

describe("a consumer that is stopped while its brokers change", () => {
  it("stops when the driver ends it", async () => {
    expect(await outputOf("ours", 60_000)).toBe("stopped\n");
  });

  it("spins forever when kafkajs stops it, so the workaround is still needed", async () => {
    expect(await outputOf("theirs", 3_000)).toBe("");
  });
});

/** Returns the output of the program when it exits or is killed after `timeout`. */
async function outputOf(way: "ours" | "theirs", timeout: number): Promise<string> {
  const child = spawn(process.execPath, [program, way], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout,
    killSignal: "SIGKILL",
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (said: string) => (printed += said));
  await once(child, "close");
  return printed;
}

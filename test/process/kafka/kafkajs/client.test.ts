import { spawn } from "node:child_process";
import { once } from "node:events";

import { describe, expect, it } from "vitest";
import { fixture } from "../../../support/paths.js";

const program = fixture("stops-while-brokers-change.mjs");

describe("a consumer that is stopped while its brokers change", () => {
  it("ends", async () => {
    expect(await whatBecomesOf("ours", 60_000)).toBe("stopped\n");
  });

  it("would spin for ever, were it left to kafkajs: the trap is still there", async () => {
    expect(await whatBecomesOf("theirs", 3_000)).toBe("");
  });
});

/** What it has printed when it ends, or when its time is up. */
async function whatBecomesOf(way: "ours" | "theirs", timeout: number): Promise<string> {
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

import { spawn } from "node:child_process";
import { once } from "node:events";

import { describe, expect, it } from "vitest";
import { fixture } from "../../support/paths.js";

const program = fixture("stops-while-brokers-change.mjs");

describe("a consumer that is stopped while its brokers change", () => {
  it("ends", async () => {
    expect(await whatBecomesOf("ours")).toBe("stopped\n");
  });

  it("would spin for ever, were it left to kafkajs: the trap is still there", async () => {
    expect(await whatBecomesOf("theirs")).toBe("");
  });
});

/** What it has printed when it ends, or after three seconds. */
async function whatBecomesOf(way: "ours" | "theirs"): Promise<string> {
  const child = spawn(process.execPath, [program, way], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (said: string) => (printed += said));
  const closed = once(child, "close");
  const limit = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await closed;
  clearTimeout(limit);
  return printed;
}

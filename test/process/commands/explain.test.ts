import { describe, expect, test } from "vitest";

import { held } from "../../support/healthy-run.js";
import { lossbound } from "../../support/lossbound.js";

describe("lossbound explain", () => {
  test("prints the fate of a message as text and as JSON", async () => {
    using run = held();
    const [text, json] = await Promise.all([
      lossbound(["explain", run.path, "1:25"]),
      lossbound(["explain", "--json", run.path, "1:25"]),
    ]);
    expect([text.code, text.stderr, json.code]).toEqual([0, "", 0]);
    expect(text.stdout).toMatch(
      /^synthetic 1:25 {2}lost by in-processing: committed, but its handler never ended/,
    );
    expect(text.stdout).toMatch(
      /\n +0\.200 s to 0\.300 s {2}sent by producer 1, life 0 +producer-1\.0\.box\n/,
    );
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: "lossbound.message/1",
      message: "1:25",
      fate: "lost",
      cause: "in-processing",
    });
  });

  test("lists all lost messages, or those of one cause", async () => {
    using run = held();
    const [all, some, none] = await Promise.all([
      lossbound(["explain", "--lost", run.path]),
      lossbound(["explain", "--lost", "--cause", "after-commit", "--json", run.path]),
      lossbound(["explain", "--lost", "--cause", "log", run.path]),
    ]);
    expect(all.stdout).toMatch(
      /^synthetic {2}12 messages lost\n[^]*\nin-transit {2}5, [^]*\n {2}0:20-24 +5 +0\.200 s/,
    );
    expect(JSON.parse(some.stdout)).toMatchObject({ lost: 5, causes: [{ cause: "after-commit" }] });
    expect(none.stdout).toMatch(/^synthetic {2}0 messages lost\n\nlog {2}0, was in the log/);
    expect([all.code, some.code, none.code]).toEqual([0, 0, 0]);
  });

  test("rejects an unknown message with exit code 64, and prints the valid range", async () => {
    using run = held();
    const { code, stdout, stderr } = await lossbound(["explain", run.path, "0:40"]);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toContain("allowed is PRODUCER:NUMBER, here 0:0 to 0:39, 1:0 to 1:39");
  });
});

import { execFile } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { outFolder } from "../../support/dashboard-outputs.js";
import { inRepository } from "../../support/paths.js";
import { toolForTests } from "../../support/tools.js";

const run = promisify(execFile);
const script = inRepository("scripts", "dashboards.mjs");
const check = (out: string) => run(process.execPath, [script, "--check", "--out", out]);

// The tools that build the dashboards are compiled with Go.
const go = toolForTests("go");

describe.skipIf(go === undefined)("the committed files in dashboards/out", () => {
  let out: string;
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), "lossbound-dashboards-"));
    cpSync(outFolder, out, { recursive: true });
  });
  afterEach(() => rmSync(out, { recursive: true }));

  it("are up to date with the jsonnet, which is formatted and lint-free", async () => {
    // Standard error may have progress, since the first run builds the compiler.
    await expect(check(out)).resolves.toMatchObject({ stdout: "" });
  });

  it("are rejected, if one is out of date or has no source", async () => {
    appendFileSync(join(out, "rules.yaml"), "# by hand\n");
    rmSync(join(out, "where-messages-die.json"));
    writeFileSync(join(out, "old.json"), "{}");

    const complaint = await check(out).then(
      () => "",
      (error: unknown) => (error as { stdout: string }).stdout,
    );
    expect(complaint).toContain("rules.yaml is out of date");
    expect(complaint).toContain("where-messages-die.json is out of date");
    expect(complaint).toContain("old.json has no source");
    expect(complaint).not.toContain("loss-and-throughput.json");
  });
});

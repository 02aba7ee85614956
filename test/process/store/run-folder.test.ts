import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { describe, expect, test } from "vitest";

import { LossboundError } from "../../../src/base/errors.js";
import type { OwnedFolder } from "../../../src/processes/owned-folder.js";
import { refuseBadPlaces } from "../../../src/store/result-places.js";
import { writeIndexPage } from "../../../src/store/page-files.js";
import { renderIndexPage } from "../../../src/views/html/index-page.js";
import { openRunFolder } from "../../../src/store/run-folder.js";
import { storedResultsIn } from "../../../src/store/stored-results.js";
import { aFolder } from "../../support/a-folder.js";
import { aResult } from "../../support/a-result.js";

describe("before a run", () => {
  test("a missing folder is accepted and not created", () => {
    using folder = aFolder({});
    refuseBadPlaces(folder.file("new/results"), ["one", "other"]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("an earlier result is accepted and not changed", () => {
    using folder = aFolder({});
    mkdirSync(folder.file("one"));
    writeFileSync(folder.file("one/result.json"), JSON.stringify(aResult({ scenario: "one" })));
    refuseBadPlaces(folder.path, ["one"]);
    expect(readdirSync(folder.path)).toEqual(["one"]);
  });

  test.each([
    ["a name that is too long", (path: string) => join(path, "new", "n".repeat(300)), "too long"],
    ["a path that is too long", (path: string) => join(path, ...Array(60).fill("n".repeat(99))), "too long"],
    ["a file", (path: string) => join(path, "file"), "not a folder"],
    ["something in a file", (path: string) => join(path, "file", "below"), "not a folder"],
    ["/dev/null", () => "/dev/null", "not a folder"],
  ])("%s is rejected as a folder, and nothing is left behind", (_, place, words) => {
    using folder = aFolder({ file: "" });
    expect(problemsOf(() => refuseBadPlaces(place(folder.path), ["one", "other"]))).toMatch(
      new RegExp(`^cannot write results: [^]*${words}`),
    );
    expect(readdirSync(folder.path)).toEqual(["file"]);
  });

  test("a folder without write permission is rejected", () => {
    using folder = aFolder({});
    mkdirSync(folder.file("locked"), { mode: 0o500 });
    // Root may write everywhere but into the kernel's own file systems.
    const locked = process.getuid?.() === 0 ? "/sys/out" : folder.file("locked/out");
    expect(problemsOf(() => refuseBadPlaces(locked, ["one"]))).toMatch(/\((EACCES|EPERM|EROFS)\)/);
  });

  test("paths taken by other files are rejected, for all scenarios at once", () => {
    using folder = aFolder({ one: "a file" });
    mkdirSync(folder.file("other"));
    writeFileSync(folder.file("other/thesis.txt"), "");
    const said = problemsOf(() => refuseBadPlaces(folder.path, ["one", "free", "other"]));
    expect(said).toMatch(/2 problems[^]*one exists and is not[^]*other exists and is not/);
    expect(readdirSync(folder.path).toSorted()).toEqual(["one", "other"]);
  });
});

describe("the stored results in a folder", () => {
  test("are all results of any command, and nothing else", () => {
    using folder = aFolder({ "notes.txt": "" });
    const put = (name: string, text: string): void => {
      mkdirSync(folder.file(name));
      writeFileSync(folder.file(`${name}/result.json`), text);
    };
    for (const scenario of ["one", "other"]) put(scenario, JSON.stringify(aResult({ scenario })));
    put("half", '{ "schema": "lossbound.result/1", ');
    put("elsewhere", '{ "schema": "some.other/1" }');
    mkdirSync(folder.file("empty"));
    expect(
      storedResultsIn(folder.path)
        .map(({ scenario }) => scenario)
        .toSorted(),
    ).toEqual(["one", "other"]);
  });
});

describe("the page of all runs in a folder", () => {
  test("lists them in order of time, with a curve for each sweep", () => {
    const step = (sweep: string, value: number) => ({
      ...aResult({ scenario: `${sweep}-${value}`, startedAt: "2026-01-03T00:00:00.000Z" }),
      step: { sweep, of: "rate" as const, value, repeat: 1 },
    });
    const page = renderIndexPage([
      aResult({ scenario: "later", startedAt: "2026-01-02T00:00:00.000Z" }),
      aResult({ scenario: "earlier", startedAt: "2026-01-01T00:00:00.000Z" }),
      ...[100, 200].flatMap((value) => [step("one", value), step("two", value)]),
    ]);
    expect(page.indexOf("earlier/report.html")).toBeLessThan(page.indexOf("later/report.html"));
    expect(page.match(/data-chart="comparison"/g)).toHaveLength(1);
    expect(page.match(/Loss against throughput: (one|two)</g)).toHaveLength(2);
    const [, data = ""] = /id="runs-data">(.*)<\/script>/.exec(page) ?? [];
    const { runs, curves } = JSON.parse(data.split("</script>")[0]!) as {
      runs: { scenario: string }[];
      curves: { points: { value: number }[] }[];
    };
    expect(runs.map(({ scenario }) => scenario)).toEqual(["earlier", "later"]);
    expect(curves.map(({ points }) => points.map(({ value }) => value))).toEqual([
      [100, 200],
      [100, 200],
    ]);
  });

  test("replaces an earlier page of lossbound, and no other file", () => {
    using folder = aFolder({});
    refuseBadPlaces(folder.path, ["one", "other"]);
    writeIndexPage(folder.path, [aResult()]);
    refuseBadPlaces(folder.path, ["one", "other"]);

    writeFileSync(folder.file("report.html"), "<!doctype html><title>A thesis</title>");
    expect(problemsOf(() => refuseBadPlaces(folder.path, ["one", "other"]))).toMatch(
      /report\.html exists and is not a report/,
    );
    expect(problemsOf(() => refuseBadPlaces(folder.path, ["one"]))).toMatch(/is not a report/);
  });
});

describe("the folder of a run", () => {
  test("is moved to its path with its result, and replaces an earlier one", async () => {
    using folder = aFolder({});
    for (const seed of [1, 2]) {
      await using run = await openRunFolder(claiming, folder.path, "one");
      expect(basename(run.path)).toMatch(/^lossbound-partial-one-/);
      await run.keep(aResult({ scenario: "one", seed }));
    }
    expect(readdirSync(folder.path)).toEqual(["one"]);
    expect(JSON.parse(readFileSync(folder.file("one/result.json"), "utf8"))).toMatchObject({ seed: 2 });
    expect(readFileSync(folder.file("one/report.html"), "utf8")).toContain("<h1>one</h1>");
  });

  test("is kept as NAME-failed without a result, and replaces an earlier one", async () => {
    using folder = aFolder({});
    for (const evidence of ["first", "second"]) {
      await using run = await openRunFolder(claiming, folder.path, "one");
      writeFileSync(join(run.path, evidence), "");
      expect(await run.keepFailed()).toBe(folder.file("one-failed"));
    }
    expect(readdirSync(folder.path)).toEqual(["one-failed"]);
    expect(readdirSync(folder.file("one-failed")).toSorted()).toEqual(["failed.json", "second"]);
  });

  test("is kept under another name without a result, when NAME-failed is taken", async () => {
    using folder = aFolder({ "one-failed": "a file" });
    await using run = await openRunFolder(claiming, folder.path, "one");
    const kept = await run.keepFailed();
    expect(kept).toMatch(/one-failed-[a-z0-9]+$/);
    expect(existsSync(join(kept, "failed.json"))).toBe(true);
    expect(readFileSync(folder.file("one-failed"), "utf8")).toBe("a file");
  });

  test("does not delete a folder that another program created at its path during the run", async () => {
    using folder = aFolder({});
    await using run = await openRunFolder(claiming, folder.path, "one");
    mkdirSync(folder.file("one"));
    await expect(run.keep(aResult({}))).rejects.toMatchObject({ code: "ENVIRONMENT" });
    expect(readdirSync(folder.file("one"))).toEqual([]);
  });

  test("reports the path of a file that cannot be written", async () => {
    using folder = aFolder({});
    await using run = await openRunFolder(claiming, folder.path, "one");
    await expect(run.take(folder.file("absent"), "boxes")).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringContaining(folder.file("absent")),
    });
    rmSync(run.path, { recursive: true });
    await expect(run.keep(aResult({}))).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringContaining(run.path),
    });
  });
});

/** The part of an environment that a run's folder needs. */
const claiming = {
  claim: async (path: string): Promise<OwnedFolder> => {
    mkdirSync(path, { recursive: true });
    return {
      path,
      [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }),
    };
  },
};

function problemsOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    if (error instanceof LossboundError && error.code === "USAGE") {
      return `${error.message}\n${error.detail ?? ""}`;
    }
    throw error;
  }
  return "";
}

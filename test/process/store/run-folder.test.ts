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
  test("a folder that is not there yet is fine, and is still not there", () => {
    using folder = aFolder({});
    refuseBadPlaces(folder.file("new/results"), ["one", "other"]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("an earlier result is fine, and is left alone", () => {
    using folder = aFolder({});
    mkdirSync(folder.file("one"));
    writeFileSync(folder.file("one/result.json"), JSON.stringify(aResult({ scenario: "one" })));
    refuseBadPlaces(folder.path, ["one"]);
    expect(readdirSync(folder.path)).toEqual(["one"]);
  });

  test.each([
    ["a name that is too long", (path: string) => join(path, "new", "n".repeat(300)), "too long"],
    ["a path that is too long", (path: string) => join(path, ...Array(60).fill("n".repeat(99))), "too long"],
    ["a file", (path: string) => join(path, "file"), "no folder"],
    ["something in a file", (path: string) => join(path, "file", "below"), "no folder"],
    ["/dev/null", () => "/dev/null", "no folder"],
  ])("%s for a folder is refused, and nothing is left", (_, place, words) => {
    using folder = aFolder({ file: "" });
    expect(problemsOf(() => refuseBadPlaces(place(folder.path), ["one", "other"]))).toMatch(
      new RegExp(`^cannot write results: [^]*${words}`),
    );
    expect(readdirSync(folder.path)).toEqual(["file"]);
  });

  test("a folder that may not be written to is refused", () => {
    using folder = aFolder({});
    mkdirSync(folder.file("locked"), { mode: 0o500 });
    // Root may write everywhere but into the kernel's own file systems.
    const locked = process.getuid?.() === 0 ? "/sys/out" : folder.file("locked/out");
    expect(problemsOf(() => refuseBadPlaces(locked, ["one"]))).toMatch(/\((EACCES|EPERM|EROFS)\)/);
  });

  test("what is none of ours in the place of a result is refused, for all scenarios at once", () => {
    using folder = aFolder({ one: "a file" });
    mkdirSync(folder.file("other"));
    writeFileSync(folder.file("other/thesis.txt"), "");
    const said = problemsOf(() => refuseBadPlaces(folder.path, ["one", "free", "other"]));
    expect(said).toMatch(/2 problems[^]*one exists and is not[^]*other exists and is not/);
    expect(readdirSync(folder.path).toSorted()).toEqual(["one", "other"]);
  });
});

describe("what lies in a folder of results", () => {
  test("is every result in it, whichever command it is from, and nothing else", () => {
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
  test("has them in the order in which they were run, and a curve for each sweep among them", () => {
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

  test("takes the place of an earlier one, and of nothing else", () => {
    using folder = aFolder({});
    refuseBadPlaces(folder.path, ["one", "other"]);
    writeIndexPage(folder.path, [aResult()]);
    refuseBadPlaces(folder.path, ["one", "other"]);

    writeFileSync(folder.file("report.html"), "<!doctype html><title>A thesis</title>");
    expect(problemsOf(() => refuseBadPlaces(folder.path, ["one", "other"]))).toMatch(
      /report\.html exists and is no report/,
    );
    expect(problemsOf(() => refuseBadPlaces(folder.path, ["one"]))).toMatch(/is no report/);
  });
});

describe("the folder of a run", () => {
  test("has its place when it has its result, and takes that of an earlier one", async () => {
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

  test("of a run without a result is kept beside that place, and the latest alone", async () => {
    using folder = aFolder({});
    for (const evidence of ["first", "second"]) {
      await using run = await openRunFolder(claiming, folder.path, "one");
      writeFileSync(join(run.path, evidence), "");
      expect(await run.keepFailed()).toBe(folder.file("one-failed"));
    }
    expect(readdirSync(folder.path)).toEqual(["one-failed"]);
    expect(readdirSync(folder.file("one-failed")).toSorted()).toEqual(["failed.json", "second"]);
  });

  test("of a run without a result takes another name where this one is somebody's", async () => {
    using folder = aFolder({ "one-failed": "a file" });
    await using run = await openRunFolder(claiming, folder.path, "one");
    const kept = await run.keepFailed();
    expect(kept).toMatch(/one-failed-[a-z0-9]+$/);
    expect(existsSync(join(kept, "failed.json"))).toBe(true);
    expect(readFileSync(folder.file("one-failed"), "utf8")).toBe("a file");
  });

  test("does not delete what came into its place during the run", async () => {
    using folder = aFolder({});
    await using run = await openRunFolder(claiming, folder.path, "one");
    mkdirSync(folder.file("one"));
    await expect(run.keep(aResult({}))).rejects.toMatchObject({ code: "ENVIRONMENT" });
    expect(readdirSync(folder.file("one"))).toEqual([]);
  });

  test("names the path where a file cannot be written", async () => {
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

/** An environment, as far as a run's folder is concerned. */
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

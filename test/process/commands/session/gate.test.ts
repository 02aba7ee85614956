import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { LossboundError } from "../../../../src/base/errors.js";
import { openGate } from "../../../../src/commands/session/gate.js";
import {
  eachAndSummary,
  type Runner,
  runAndReport,
} from "../../../../src/commands/session/run-and-report.js";
import { resultsAsMarkdown } from "../../../../src/views/ci/markdown.js";
import type { Result } from "../../../../src/results/result.js";
import { type RunTold, aRun } from "../../../support/a-run.js";
import { times } from "../../../support/stories.js";
import { aResult } from "../../../support/a-result.js";
import { problemsOfJunit, readJunit } from "../../../support/junit.js";
import { againstSchema } from "../../../support/result-schema.js";
import { aFolder, soundScenario } from "../../../support/a-folder.js";
import { lossbound } from "../../../support/lossbound.js";

const atMost = (value: number) => ({ min: undefined, max: { kind: "count" as const, value } });
const lossy: RunTold = { producers: [[...times(30, "processed"), ...times(4, "in-transit")]] };
const broken: RunTold = { ...lossy, expect: { lost: atMost(3) } };

describe("judge in a CI system", () => {
  test("writes a JUnit report and a summary, besides its usual output", async () => {
    using run = aRun(broken);
    using folder = aFolder({});
    const [junit, markdown] = [folder.file("junit.xml"), folder.file("summary.md")];
    const { code, stdout, stderr } = await lossbound([
      "judge",
      "--json",
      "--junit",
      junit,
      "--markdown",
      markdown,
      run.path,
    ]);
    expect([code, stderr]).toEqual([1, ""]);
    expect(againstSchema(JSON.parse(stdout))).toEqual([]);
    const xml = readFileSync(junit, "utf8");
    expect(await problemsOfJunit(xml)).toEqual([]);
    const [suite] = readJunit(xml);
    expect(suite!.counts).toMatchObject({ failures: 1, errors: 0 });
    expect(suite!.cases.find(({ name }) => name === "lost")!.message).toBe("lost: 4 is outside 0 to 3");
    expect(readFileSync(markdown, "utf8")).toContain("- lost: 4 is outside 0 to 3\n");
  });

  test("writes an annotation and appends to the job summary, on GitHub", async () => {
    using run = aRun(broken);
    using folder = aFolder({ "page.md": "what was there\n" });
    const page = folder.file("page.md");
    const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: page };
    const { code, stderr } = await lossbound(["judge", "--json", run.path], env);
    expect([code, stderr]).toEqual([1, "::error title=synthetic%3A broken::lost: 4 is outside 0 to 3\n"]);
    expect(readFileSync(page, "utf8")).toMatch(/^what was there\n# lossbound\n[^]*## synthetic: broken\n/);
  });

  test("writes no annotation, when the run has held or GITHUB_ACTIONS is not true", async () => {
    using run = aRun({ ...lossy, expect: { lost: atMost(4) } });
    const github = await lossbound(["judge", run.path], { GITHUB_ACTIONS: "true" });
    expect([github.code, github.stderr]).toEqual([0, ""]);
    using other = aRun(broken);
    expect((await lossbound(["judge", other.path], { GITHUB_ACTIONS: "false" })).stderr).toBe("");
  });

  test("exits with the code of the verdict, even if the job summary cannot be written", async () => {
    using run = aRun(broken);
    const { code, stderr } = await lossbound(["judge", run.path], {
      GITHUB_STEP_SUMMARY: "/nowhere/page.md",
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^lossbound: cannot write the GitHub job summary: ENOENT.*\n$/);
  });

  test("reports an error and no passed test case, when the evidence contradicts itself", async () => {
    using run = aRun(lossy);
    using folder = aFolder({});
    const record = join(run.path, "run.json");
    writeFileSync(record, readFileSync(record, "utf8").replace('"seed": 1', '"seed": 2'));
    const { code } = await lossbound(["judge", "--junit", folder.file("junit.xml"), run.path]);
    expect(code).toBe(3);
    const [suite, ...more] = readJunit(readFileSync(folder.file("junit.xml"), "utf8"));
    expect(more).toEqual([]);
    expect(suite!.cases).toMatchObject([{ outcome: "error", message: expect.stringContaining("digest") }]);
  });
});

test.each(["run", "compare", "sweep"])(
  "%s rejects a report that it cannot write before it starts anything",
  async (command) => {
    using folder = aFolder({ "sound.yaml": soundScenario });
    const file = folder.file("sound.yaml");
    const nowhere = ["--junit", folder.file("no/junit.xml"), "--markdown", folder.path];
    const { code, stdout, stderr } = await lossbound([command, ...nowhere, file]);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toMatch(/--junit: cannot write .*no\/junit\.xml: ENOENT/);
    expect(stderr).toMatch(/--markdown: cannot write .*: is a folder/);
    const both = ["--junit", folder.file("one"), "--markdown", folder.file("./one")];
    expect((await lossbound([command, ...both, file])).stderr).toContain("name the same file");
  },
);

describe("a gate, while scenarios run,", () => {
  const lost: Result["expectations"][number] = {
    name: "lost",
    min: 10,
    max: 400,
    observed: 500,
    verdict: "broken",
  };
  const one = aResult({ scenario: "one", verdict: "broken", expectations: [lost] });

  async function reported(results: readonly Result[], end: () => void = () => {}) {
    const folder = aFolder({});
    mkdirSync(folder.file("scenarios"));
    const files = ["one", "other"].map((name) => folder.file(`scenarios/${name}.yaml`));
    for (const file of files) writeFileSync(file, soundScenario);
    const written = { stdout: "", stderr: "" };
    const stream = (name: "stdout" | "stderr") => ({ write: (text: string) => void (written[name] += text) });
    const shell = {
      stdout: stream("stdout"),
      stderr: stream("stderr"),
      env: { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: folder.path },
    };
    const junit = folder.file("junit.xml");
    const gate = openGate({ junit, markdown: undefined, files, summary: resultsAsMarkdown }, shell, "run");
    const runner: Runner = async (_, { onResult } = {}) => {
      for (const result of results) onResult!(result);
      end();
      return [...results];
    };
    const settings = { environment: "local" as const, out: "results", seed: 7 };
    const views = eachAndSummary("results", 2);
    const reporting = { settings, metrics: undefined, json: true, quiet: true, views, gate };
    const ended = await runAndReport(runner, files, reporting, shell).then(
      (code) => ({ code, error: undefined }),
      (error: unknown) => ({ code: undefined, error }),
    );
    return { ...ended, ...written, junit, [Symbol.dispose]: () => folder[Symbol.dispose]() };
  }

  test("annotates a broken bound in its file, with the path from the repository's root", async () => {
    using told = await reported([aResult({ scenario: "other" }), one]);
    expect(told.code).toBe(1);
    expect(told.stderr).toBe(
      "::error file=scenarios/one.yaml,line=9,col=3,title=one%3A broken::lost: 500 is outside 10 to 400\n",
    );
    expect(readJunit(readFileSync(told.junit, "utf8")).map(({ name }) => name)).toEqual(["other", "one"]);
    expect(JSON.parse(told.stdout)).toHaveLength(2);
  });

  test("reports a scenario that cannot run as an error, beside the judged ones", async () => {
    const failure = new LossboundError("ENVIRONMENT", "the broker did not start");
    using told = await reported([one], () => {
      throw failure;
    });
    expect(told.error).toBe(failure);
    const [judged, failed] = readJunit(readFileSync(told.junit, "utf8"));
    expect(judged!.counts).toMatchObject({ failures: 1, errors: 0 });
    expect(failed!.cases[0]!.message).toBe("lossbound: the broker did not start");
    expect(told.stderr).toContain("::error title=no verdict::lossbound: the broker did not start\n");
  });

  test("fails if a report cannot be written at the end, without hiding an earlier error", async () => {
    using scratch = aFolder({});
    mkdirSync(scratch.file("gone"));
    const shell = { stdout: { write: () => {} }, stderr: { write: () => {} }, env: {} };
    const wanted = {
      junit: scratch.file("gone/junit.xml"),
      markdown: undefined,
      files: [],
      summary: resultsAsMarkdown,
    };
    const gate = openGate(wanted, shell, "run");
    gate.take(one);
    rmSync(scratch.file("gone"), { recursive: true });
    expect(() => gate.close()).toThrow(expect.objectContaining({ code: "ENVIRONMENT" }));
    const failure = new LossboundError("HARNESS", "the counts differ");
    const said: string[] = [];
    const loud = { ...shell, stderr: { write: (text: string) => void said.push(text) } };
    const reporting = {
      settings: { environment: "local" as const, out: "results", seed: 7 },
      metrics: undefined,
      json: false,
      quiet: true,
      views: eachAndSummary("results", 1),
      gate,
    };
    const runner: Runner = async () => {
      throw failure;
    };
    await expect(runAndReport(runner, [], reporting, loud)).rejects.toBe(failure);
    expect(said.join("")).toContain("cannot write");
  });
});

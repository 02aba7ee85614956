import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { describe, expect, test } from "vitest";

import { LossboundError } from "../../../../src/base/errors.js";
import {
  eachAndSummary,
  type Runner,
  runAndReport,
  type Views,
} from "../../../../src/commands/session/run-and-report.js";
import type { Publishing } from "../../../../src/metrics/publish.js";
import type { Result } from "../../../../src/results/result.js";
import type { Verdict } from "../../../../src/verdict/judge.js";
import { finished, planOf } from "../../../support/finished-run.js";
import { aResult } from "../../../support/a-result.js";

/** Creates a runner that reports these results one after another, and then calls `end`. */
function runnerWith(results: readonly Result[], end: () => void = () => {}): Runner {
  return async (_scenarios, options = {}) => {
    options.observer?.line("starting the broker");
    for (const result of results) options.onResult?.(result);
    end();
    return [...results];
  };
}

interface Choices {
  json?: boolean;
  quiet?: boolean;
  views?: Views;
  metrics?: Publishing;
}

async function report(
  runner: Runner,
  { json = false, quiet = false, views = eachAndSummary("results", 2), metrics }: Choices = {},
) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    write: (text: string) => void (written[name] += text),
  });
  const settings = { environment: "local" as const, out: "results", seed: 7 };
  const shell = { stdout: stream("stdout"), stderr: stream("stderr"), env: {} };
  const ended = await runAndReport(
    runner,
    ["one.yaml", "other.yaml"],
    { settings, metrics, json, quiet, views },
    shell,
  ).then(
    (code) => ({ code, error: undefined }),
    (error: unknown) => ({ code: undefined, error }),
  );
  return { ...ended, ...written };
}

function handOver(onResult: (result: Result) => void): WeakRef<Result> {
  const result = aResult({ verdict: "broken" });
  onResult(result);
  return new WeakRef(result);
}

const one = aResult({ scenario: "one" });
const other = aResult({ scenario: "other", verdict: "broken" });

describe("the results of several scenarios", () => {
  test("are printed to stdout with a summary at the end, and progress to stderr", async () => {
    const { code, stdout, stderr } = await report(runnerWith([one, other]));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^one {2}HELD\n[^]*\nother {2}BROKEN\n[^]*\nscenario +verdict/);
    expect(stdout).toMatch(/files +results\/one\n/);
    expect(stderr).toBe("seed 7\nstarting the broker\n");
  });

  test("are the only output on stdout with --json, as one array", async () => {
    const { stdout } = await report(runnerWith([one, other]), { json: true });
    expect(JSON.parse(stdout)).toEqual([one, other]);
  });

  test("are printed without progress with --quiet", async () => {
    expect((await report(runnerWith([one, other]), { quiet: true })).stderr).toBe("");
  });

  test("are printed even if a later scenario cannot run", async () => {
    const failure = new LossboundError("HARNESS", "the counts differ");
    const fails = () => {
      throw failure;
    };
    const text = await report(runnerWith([one], fails));
    expect(text.error).toBe(failure);
    expect(text.stdout).toMatch(/^one {2}HELD\n[^]*\nscenario +verdict/);
    const json = await report(runnerWith([one], fails), { json: true });
    expect(json.error).toBe(failure);
    expect(JSON.parse(json.stdout)).toEqual([one]);
  });

  test("are rendered by the views of the command", async () => {
    const views: Views = {
      one: ({ scenario }) => `one: ${scenario}\n`,
      all: (results) => `all: ${results.map(({ scenario }) => scenario).join(" ")}\n`,
      json: (results) => ({ count: results.length }),
    };
    expect((await report(runnerWith([one, other]), { views })).stdout).toBe(
      "one: one\none: other\nall: one other\n",
    );
    expect((await report(runnerWith([]), { views })).stdout).toBe("");
    expect((await report(runnerWith([one, other]), { views, json: true })).stdout).toBe(
      '{\n  "count": 2\n}\n',
    );
  });

  test.each<[string, Partial<Views>, number]>([
    ["not kept in memory without a view of all of them", {}, 0],
    ["kept in memory with a view of all of them", { all: () => "" }, 1],
  ])("are %s", async (_, all, kept) => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const views: Views = { one: () => "", json: () => "", ...all };
    let living: number | undefined;
    const runner: Runner = async (_scenarios, options) => {
      const made = handOver(options!.onResult!);
      // Objects created in this turn of the event loop live until the next.
      await new Promise(setImmediate);
      collect();
      living = made.deref() === undefined ? 0 : 1;
      return [];
    };
    expect((await report(runner, { views })).code).toBe(1);
    expect(living).toBe(kept);
  });

  test("have a summary only if several scenarios were requested", async () => {
    const views = (asked: number) => ({ views: eachAndSummary("results", asked) });
    expect((await report(runnerWith([one]), views(1))).stdout).not.toMatch(/^scenario +verdict/m);
    expect((await report(runnerWith([one]), views(2))).stdout).toMatch(/^scenario +verdict/m);
  });

  test.each<[Verdict[], number]>([
    [["held", "held"], 0],
    [["held", "inconclusive"], 2],
    [["inconclusive", "broken"], 1],
    [["broken", "held"], 1],
    [[], 3],
  ])("with the verdicts %j exit with %i", async (verdicts, code) => {
    const results = verdicts.map((verdict) => aResult({ verdict }));
    expect((await report(runnerWith(results))).code).toBe(code);
  });
});

test("an unreachable Pushgateway prints a warning even with --quiet, and does not affect results and exit code", async () => {
  const metrics = { serve: undefined, lingerMs: undefined, pushgateway: "http://127.0.0.1:1" };
  const runner: Runner = async (files, options) => {
    options?.exporter?.finish(await finished("one", 1));
    return await runnerWith([one])(files, options);
  };
  const { code, stdout, stderr } = await report(runner, { metrics, quiet: true, json: true });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toHaveLength(1);
  expect(stderr).toMatch(
    /^lossbound: cannot push the metrics to http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*\n$/,
  );
});

test("--quiet prints the wait for a last scrape at the end, and nothing else", async () => {
  const metrics = { serve: { host: "127.0.0.1", port: 0 }, lingerMs: 50, pushgateway: undefined };
  const { stderr } = await report(runnerWith([one]), { metrics, quiet: true });
  expect(stderr).toMatch(
    /^lossbound: waiting up to 50ms for a last scrape of http:\S+\nlossbound: no scrape of [^\n]+\n$/,
  );
});

test("finished runs are pushed without lingering, when the runner fails later", async () => {
  const pushed: string[] = [];
  const gateway = createServer((request, response) => {
    pushed.push(request.url!);
    request.resume().on("end", () => response.end());
  });
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = gateway.address() as AddressInfo;
    const failure = new LossboundError("HARNESS", "the counts differ");
    const runner: Runner = async (_files, options) => {
      options?.exporter?.finish(await finished("one", 1));
      options?.exporter?.announce(planOf("other", 1));
      throw failure;
    };
    const serve = { host: "127.0.0.1", port: 0 };
    const metrics = { serve, lingerMs: 60_000, pushgateway: `http://127.0.0.1:${port}` };
    const { error, stderr } = await report(runner, { metrics });
    expect(error).toBe(failure);
    expect(pushed).toEqual([expect.stringContaining("/scenario/one/")]);
    expect(stderr).toContain("pushed the metrics");
    expect(stderr).not.toContain("for a last scrape");
  } finally {
    gateway.close();
  }
});

test("the address of the metrics is printed before anything starts", async () => {
  const metrics = { serve: { host: "127.0.0.1", port: 0 }, lingerMs: undefined, pushgateway: undefined };
  const { stderr } = await report(runnerWith([one]), { metrics });
  expect(stderr).toMatch(/^seed 7\nmetrics at http:\/\/127\.0\.0\.1:\d+\/metrics\nstarting the broker\n$/);
});

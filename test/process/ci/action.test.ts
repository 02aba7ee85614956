import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { validateAction, validateWorkflow } from "@action-validator/core";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { exitCode } from "../../../src/base/errors.js";
import { run } from "../../../src/commands/run.js";
import { aFolder } from "../../support/a-folder.js";
import { inRepository } from "../../support/paths.js";

const text = (path: string) => readFileSync(inRepository(path), "utf8");

interface Step {
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, string>;
  run?: string;
  env?: Record<string, string>;
}

const action = parse(text("action.yml")) as {
  inputs: Record<string, { required?: boolean }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: Step[] };
};
const workflows = [
  ...readdirSync(inRepository(".github/workflows")).map((name) => `.github/workflows/${name}`),
  "examples/github-workflow.yml",
];
const stepsOf = (path: string): Step[] =>
  Object.values((parse(text(path)) as { jobs: Record<string, { steps: Step[] }> }).jobs).flatMap(
    ({ steps }) => steps,
  );

describe("by the schemas of GitHub's files", () => {
  test("the action is one", () => {
    expect(validateAction(text("action.yml")).errors).toEqual([]);
    expect(validateAction(text("action.yml").replace("composite", "compost")).errors).not.toEqual([]);
  });

  test.each(workflows)("%s is a workflow", (path) => {
    expect(validateWorkflow(text(path)).errors).toEqual([]);
    expect(validateWorkflow(text(path).replace("runs-on", "run-on")).errors).not.toEqual([]);
  });
});

describe("what they use", () => {
  const all = [...action.runs.steps, ...workflows.flatMap(stepsOf)];
  const ours = all.filter(({ uses }) => uses === "./" || uses?.startsWith("OWNER/lossbound@"));

  test("of others is named by its commit", () => {
    const others = all.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    const loose = others.filter((uses) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(uses));
    expect(new Set(loose)).toEqual(new Set(["./", "OWNER/lossbound@REF"]));
  });

  test("of the action is there: each input, each output, and what must be given is", () => {
    expect(ours.length).toBeGreaterThanOrEqual(2);
    for (const { with: given = {} } of ours) {
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
      const needed = Object.keys(action.inputs).filter((name) => action.inputs[name]!.required === true);
      expect(Object.keys(given)).toEqual(expect.arrayContaining(needed));
    }
    const used = workflows.flatMap((path) => [...text(path).matchAll(/steps\.gate\.outputs\.([\w-]+)/g)]);
    expect(used.length).toBeGreaterThan(0);
    for (const [, name] of used) expect(Object.keys(action.outputs)).toContain(name);
  });

  test("are steps, inputs and outputs of the action that it has", () => {
    const steps = new Map(action.runs.steps.flatMap((step) => (step.id ? [[step.id, step] as const] : [])));
    for (const [, id, name] of text("action.yml").matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      expect(steps.get(id!)?.run, `${id}.${name}`).toMatch(new RegExp(`${name}=|\\$tool=`));
    }
    for (const [, name] of text("action.yml").matchAll(/inputs\.([\w-]+)/g)) {
      expect(Object.keys(action.inputs)).toContain(name);
    }
  });

  test("are options that lossbound has, and files that are there", () => {
    const scripts = [
      ...action.runs.steps.map((step) => step.run ?? "").filter((script) => script.includes("cli.js")),
      ...(parse(text("examples/gitlab-ci.yml")) as { "loss-gate": { script: string[] } })["loss-gate"].script,
      ...[...text("docs/ci.md").matchAll(/^ {4}npx lossbound.*$/gm)].map(([line]) => line),
    ];
    const options = scripts.flatMap((script) =>
      [...script.matchAll(/--([a-z][\w-]*)/g)].map(([, name]) => name!),
    );
    expect(options.length).toBeGreaterThan(8);
    expect(Object.keys(run.options)).toEqual(expect.arrayContaining([...new Set(options)]));
    const hashed = action.runs.steps.find(({ id }) => id === "parts")!.run!;
    const files = [...hashed.matchAll(/[\w-]+(?:\/[\w.-]+)+/g)].map(([path]) => path);
    expect(files).toEqual(["parts/kafka/pom.xml", "src/environment/local/toxiproxy-server.ts"]);
    const scenarios = stepsOf(".github/workflows/ci.yml").flatMap(
      (step) => step.with?.["scenarios"]?.split(" ") ?? [],
    );
    for (const path of [...files, ...scenarios]) expect(existsSync(inRepository(path)), path).toBe(true);
    const { bin } = JSON.parse(text("package.json")) as { bin: { lossbound: string } };
    expect(scripts[0]).toContain(`"$GITHUB_ACTION_PATH/${bin.lossbound}" run`);
  });
});

describe("the action's own step", () => {
  const step = action.runs.steps.find(({ id }) => id === "run")!;

  /** Runs it as GitHub does, with a program in lossbound's place that writes down what it was given. */
  function gate(inputs: { scenarios: string; args?: string }, code: number) {
    const folder = aFolder({ "one.yaml": "", "two.yaml": "", output: "" });
    mkdirSync(folder.file("action/dist"), { recursive: true });
    const program = `import { writeFileSync } from "node:fs";
writeFileSync(process.env.OUT + "/given.json", JSON.stringify(process.argv.slice(2)));
process.exit(${code});
`;
    writeFileSync(folder.file("action/dist/cli.js"), program);
    writeFileSync(folder.file("action/package.json"), '{ "type": "module" }');
    const script = folder.file("script.sh");
    writeFileSync(script, step.run!);
    chmodSync(script, 0o700);
    const out = folder.file("out/results");
    const { status, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
      cwd: folder.path,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        GITHUB_ACTION_PATH: folder.file("action"),
        GITHUB_OUTPUT: folder.file("output"),
        SCENARIOS: inputs.scenarios,
        ARGS: inputs.args ?? "",
        OUT: out,
      },
    });
    const outputs = readFileSync(folder.file("output"), "utf8");
    const given = JSON.parse(readFileSync(join(out, "given.json"), "utf8")) as string[];
    const has = (name: string) => existsSync(folder.file(name));
    return { status, stderr, outputs, given, out, has, [Symbol.dispose]: () => folder[Symbol.dispose]() };
  }

  test("has the environment that its script reads", () => {
    expect(Object.keys(step.env!)).toEqual(["SCENARIOS", "ARGS", "OUT", "LOSSBOUND_CACHE"]);
    // What a workflow hands over comes by the environment: in the script it could be a command.
    expect(action.runs.steps.filter((one) => one.run?.includes("${{"))).toEqual([]);
    const cached = action.runs.steps.find(({ uses }) => uses?.startsWith("actions/cache@"))!.with!["path"];
    expect(cached).toBe(`${step.env!["LOSSBOUND_CACHE"]}/parts`);
  });

  test("runs the scenarios with reports, and tells where they are", () => {
    using ran = gate({ scenarios: "*.yaml\n", args: "--seed 7  --environment local" }, 0);
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    const places = `--out ${ran.out} --junit ${ran.out}/junit.xml --markdown ${ran.out}/summary.md`;
    expect(ran.given.join(" ")).toBe(
      `run --quiet ${places} --seed 7 --environment local -- one.yaml two.yaml`,
    );
    expect(ran.outputs).toBe(`verdict=held\nexit-code=0\nresults=${ran.out}\n`);
  });

  test.each([
    [exitCode.broken, "broken"],
    [exitCode.inconclusive, "inconclusive"],
    [exitCode.couldNotRun, "none"],
    [exitCode.usage, "none"],
    [exitCode.interrupted, "none"],
  ])("fails with %i, and says %s", (code, verdict) => {
    using ran = gate({ scenarios: "one.yaml" }, code);
    expect(ran.status).toBe(code);
    expect(ran.outputs).toContain(`verdict=${verdict}\nexit-code=${code}\n`);
  });

  test("takes nothing that it is given for a command", () => {
    using ran = gate({ scenarios: "$(touch a).yaml;touch b `touch c`", args: "--seed $(touch d)*" }, 64);
    expect(["a", "b", "c", "d"].filter(ran.has)).toEqual([]);
    expect(ran.given).toContain("d)*");
  });

  test("is followed by the upload, whatever became of it", () => {
    const [last] = action.runs.steps.slice(-1);
    expect(last!.uses).toMatch(/^actions\/upload-artifact@/);
    expect(last!.if).toContain("always()");
    expect(last!.with!["path"]).toBe(step.env!["OUT"]);
  });
});

test("GitLab is given the report that lossbound writes, whatever became of the job", () => {
  const job = (parse(text("examples/gitlab-ci.yml")) as Record<string, unknown>)["loss-gate"] as {
    script: string[];
    variables: Record<string, string>;
    cache: { paths: string[] };
    artifacts: { when: string; paths: string[]; reports: { junit: string } };
  };
  const [script] = job.script;
  expect(/--junit (\S+)/.exec(script!)![1]).toBe(job.artifacts.reports.junit);
  expect(job.artifacts.paths).toEqual([`${/--out (\S+)/.exec(script!)![1]}/`]);
  expect(job.artifacts.when).toBe("always");
  expect(`$CI_PROJECT_DIR/${job.cache.paths[0]}`).toBe(`${job.variables["LOSSBOUND_CACHE"]}/parts`);
});

test("the page about gates shows the examples as they are, and every input and output", () => {
  const page = text("docs/ci.md");
  for (const name of ["github-workflow.yml", "gitlab-ci.yml"])
    expect(page).toContain(text(`examples/${name}`));
  const rows = [...page.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
  expect(rows).toEqual([...Object.keys(action.inputs), ...Object.keys(action.outputs)]);
});

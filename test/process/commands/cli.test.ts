import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { aFolder, soundScenario } from "../../support/a-folder.js";
import { lossbound } from "../../support/lossbound.js";
import { inRepository } from "../../support/paths.js";

describe("help", () => {
  test("goes to stdout and names each command, when it was asked for", async () => {
    const { code, stdout, stderr } = await lossbound(["help"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    for (const name of [
      "run FILE…",
      "compare FILE",
      "sweep FILE",
      "calibrate FILE",
      "plan FILE",
      "judge DIR",
      "explain DIR [MESSAGE]",
      "diff BEFORE NOW",
      "report DIR",
      "doctor",
    ])
      expect(stdout).toContain(`\n  ${name}  `);
  });

  test.each(["run", "compare", "sweep", "calibrate", "plan", "judge", "explain", "diff", "report", "doctor"])(
    "has a page with an example for %s",
    async (name) => {
      const pages = await Promise.all(
        [
          ["help", name],
          [name, "--help"],
          [name, "-h"],
        ].map((args) => lossbound(args)),
      );
      expect(pages.map(({ code }) => code)).toEqual([0, 0, 0]);
      expect(new Set(pages.map(({ stdout }) => stdout)).size).toBe(1);
      expect(pages[0]?.stdout).toMatch(new RegExp(`Examples\\n.*:\\n    lossbound ${name}`));
    },
  );

  test("goes to stderr with exit code 64, when no command was given", async () => {
    const { code, stdout, stderr } = await lossbound([]);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toContain("Commands");
  });

  test("is coloured on a pipe only with FORCE_COLOR, and never with NO_COLOR", async () => {
    expect((await lossbound(["help"])).stdout).not.toContain("\u001b");
    expect((await lossbound(["help"], { FORCE_COLOR: "1" })).stdout).toContain("\u001b[1mCommands");
    expect((await lossbound(["help"], { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain("\u001b");
  });
});

test("--version prints the version of the package", async () => {
  const manifest = JSON.parse(readFileSync(inRepository("package.json"), "utf8")) as {
    version: string;
  };
  expect(await lossbound(["--version"])).toEqual({
    code: 0,
    stdout: `${manifest.version}\n`,
    stderr: "",
  });
});

describe("an invalid command line exits with 64 and says what is wrong", () => {
  test.each<[string[], ...string[]]>([
    [["pln", "x.yaml"], 'unknown command "pln"; did you mean `lossbound plan`?', "see `lossbound help`"],
    [["rnu", "x.yaml"], 'unknown command "rnu"; did you mean `lossbound run`?'],
    [["run", "--quite", "x.yaml"], "unknown option --quite; did you mean --quiet?"],
    [["run", "/tmp"], "/tmp: found a folder"],
    [["x.yaml"], 'unknown command "x.yaml"; did you mean `lossbound run x.yaml`?'],
    [["--hlep"], 'unknown option "--hlep"; did you mean `lossbound --help`?'],
    [["help", "judg"], 'unknown command "judg"; did you mean `lossbound judge`?'],
    [
      ["frobnicate"],
      'unknown command "frobnicate"; expected one of run, compare, sweep, calibrate, plan, judge, explain, diff, report, up, doctor, help',
    ],
    [["run"], "run requires a scenario file", "see `lossbound help run`"],
    [["plan", "--sed", "4", "x.yaml"], "unknown option --sed; did you mean --seed?"],
    [["plan", "a.yaml", "b.yaml"], "plan expects one scenario file, got 2 operands"],
    [["run", "-q", "x.yaml"], "unknown option -q; expected one of --environment, --brokers"],
    [["run", "--constructor", "x.yaml"], "unknown option --constructor"],
    [["run", "--json=yes", "x.yaml"], '--json takes no value, got "yes"'],
    [["run", "x.yaml", "--seed"], "--seed requires a value: --seed N"],
    [["run", "x.yaml", "--out="], "--out requires a value: --out DIR"],
    [["run", "--out", "--json", "x.yaml"], "--out requires a value: --out DIR"],
    [["run", "--seed", "1", "--seed", "2", "x.yaml"], "--seed is given twice"],
    [["run", "--seed", "-1", "x.yaml"], '--seed: expected an integer from 0 to 4294967295, got "-1"'],
    [
      ["plan", "--seed", "4294967296", "x.yaml"],
      '--seed: expected an integer from 0 to 4294967295, got "4294967296"',
    ],
    [
      ["run", "--environment", "podman", "x.yaml"],
      '--environment: expected local, docker or external, got "podman"',
    ],
    [
      ["run", "--environment", "docker", "--brokers", "a:1", "x.yaml"],
      "--brokers cannot be used with --environment docker, which uses docker-compose.yml",
    ],
    [
      ["run", "--environment", "local", "--brokers", "a:1", "x.yaml"],
      "--brokers cannot be used with --environment local, which starts its own broker and proxy",
    ],
    [
      ["run", "--environment", "external", "x.yaml"],
      "requires --brokers HOST:PORT,…",
      "requires --toxiproxy URL",
    ],
    [["run", "--proxy-host", "h", "x.yaml"], "requires --brokers", "requires --toxiproxy"],
    [
      ["run", "--brokers", "a:1,b", "--toxiproxy", "http://t:8474", "x.yaml"],
      '--brokers: expected a comma-separated list of HOST:PORT, got "b"',
    ],
    [["run", "--brokers", "a:65536", "--toxiproxy", "http://t:8474", "x.yaml"], 'got "a:65536"'],
    [
      ["run", "--brokers", "[::1]:9092", "--toxiproxy", "t:8474", "x.yaml"],
      '--toxiproxy: expected the URL of its API, such as http://127.0.0.1:8474, got "t:8474"',
    ],
    [
      ["run", "--brokers", "a:1", "--toxiproxy", "http://me:secret@t:8474", "x.yaml"],
      'got "http://…@t:8474"',
    ],
    [["judge"], "judge requires the folder of a run or a folder of runs"],
    [
      ["sweep", "--rates", "500", "x.yaml"],
      '--rates: expected comma-separated rates such as 500/s, got "500"',
    ],
    [
      ["sweep", "--rates", "500/s", "x.yaml"],
      '--rates: expected at least two values, all different, got "500/s"',
    ],
    [
      ["sweep", "--commit-every", "5,5", "x.yaml"],
      '--commit-every: expected at least two values, all different, got "5,5"',
    ],
    [
      ["sweep", "--commit-every", "0,5", "x.yaml"],
      '--commit-every: expected comma-separated integers from 1 to 1000000, got "0"',
    ],
    [["sweep", "--rates", "1/s,2/s", "--commit-every", "1,2", "x.yaml"], "a sweep varies one thing"],
    [["sweep", "--repeats", "3,4", "x.yaml"], '--repeats: expected an integer from 1 to 1000, got "3,4"'],
    [["sweep", "--repeats", "none", "x.yaml"], '--repeats: expected an integer from 1 to 1000, got "none"'],
    [["explain"], "explain requires the folder of a run", "see `lossbound help explain`"],
    [["explain", "a"], "explain requires a message, such as 0:1234, or --lost"],
    [["explain", "a", "0:1", "0:2"], "explain expects a folder and a message, got 3 operands"],
    [["explain", "--lost", "a", "0:1"], '--lost lists all lost messages; leave out "0:1"'],
    [["explain", "--cause", "log", "a", "0:1"], "--cause requires --lost"],
    [
      ["explain", "--lost", "--cause", "in-transt", "a"],
      '--cause: unknown cause "in-transt"; did you mean "in-transit"?',
    ],
    [
      ["explain", "--lost", "--cause", "bad luck", "a"],
      "expected one of rejected, client-buffer, in-transit",
    ],
    [["diff", "a"], "diff expects two results, BEFORE and NOW, got 1"],
    [["diff", "/nowhere", "/dev"], "/nowhere: no such file or folder"],
    [
      ["diff", "package.json", "/dev"],
      "package.json: expected a result.json, a NAME.repeat.json, or an array of them",
    ],
    [["diff", "README.md", "/dev"], "cannot read README.md"],
    [["diff", "/dev", "/dev"], "/dev: expected the folder of a run or a folder of runs"],
    [
      ["diff", "--false-alarms", "2", "a", "b"],
      '--false-alarms: expected a chance between 0 and 1, such as 1/100, 1% or 0.01, got "2"',
    ],
    [["report"], "report requires the folder of a run or a folder of runs", "see `lossbound help report`"],
    [["report", "a", "b"], "report expects the folder of a run or a folder of runs, got 2 operands"],
    [["report", "--json", "a"], "unknown option --json"],
    [["report", "/nowhere"], "/nowhere: no such folder"],
    [["judge", "/nowhere"], "/nowhere: no such folder"],
    [["judge", "/dev"], "/dev: expected the folder of a run (with a run.json) or a folder of runs"],
    [["compare"], "compare requires one scenario file", "see `lossbound help compare`"],
    [["compare", "a.yaml", "b.yaml"], "compare expects one scenario file, got 2 operands"],
    [["compare", "--brokers", "a:1", "x.yaml"], "requires --toxiproxy URL", "see `lossbound help compare`"],
    [["doctor", "now"], 'doctor expects no operands, got "now"'],
  ])("%j", async (args, ...said) => {
    const { code, stdout, stderr } = await lossbound(args);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toMatch(/^lossbound: /);
    expect(stderr).not.toContain("    at ");
    for (const words of said) expect(stderr).toContain(words);
  });

  test("reports all problems at once", async () => {
    const { stderr } = await lossbound(["run", "--sed", "4", "--jsno", "--quiet=1", "x.yaml"]);
    expect(stderr).toContain("3 problems on the command line");
  });
});

describe("run checks every file before it starts anything", () => {
  test("and reports the problems of all files at once", async () => {
    using folder = aFolder({
      "sound.yaml": soundScenario,
      "one.yaml": soundScenario.replace("partitions: 2", "partitions: none"),
      "other.yaml": soundScenario.replace("commitEvery", "commitEvry"),
    });
    const files = ["sound.yaml", "one.yaml", "other.yaml", "absent.yaml"].map((name) => folder.file(name));
    const { code, stdout, stderr } = await lossbound(["run", "--out", folder.file("out"), ...files]);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toMatch(/^lossbound: [0-9]+ problems in 3 scenario files\n/);
    expect(stderr).toMatch(/one\.yaml:3:/);
    expect(stderr).toMatch(/other\.yaml:5:.*did you mean "commitEvery"/);
    expect(stderr).toContain("absent.yaml");
    expect(stderr).not.toContain("sound.yaml");
  });

  test("and rejects two scenarios that would write the same folder", async () => {
    using folder = aFolder({ "same.yaml": soundScenario, "same.yml": soundScenario });
    const { code, stderr } = await lossbound(["run", folder.file("same.yaml"), folder.file("same.yml")]);
    expect(code).toBe(64);
    expect(stderr).toContain("are both the scenario same, and would write the same folder");
  });
});

test("compare rejects a table that it cannot write before it starts anything", async () => {
  using folder = aFolder({ "sound.yaml": soundScenario });
  const compare = (markdown: string) =>
    lossbound(["compare", "--markdown", markdown, folder.file("sound.yaml")]);
  const inNoFolder = await compare(folder.file("no/table.md"));
  expect([inNoFolder.code, inNoFolder.stdout]).toEqual([64, ""]);
  expect(inNoFolder.stderr).toMatch(/^lossbound: --markdown: cannot write .*no\/table\.md: ENOENT/);
  expect((await compare(folder.path)).stderr).toContain(`cannot write ${folder.path}: is a folder`);
});

test("run rejects a results folder that it cannot write before it starts anything", async () => {
  using folder = aFolder({ "sound.yaml": soundScenario });
  const { code, stdout, stderr } = await lossbound(["run", "--out", "/dev/null", folder.file("sound.yaml")]);
  expect([code, stdout]).toEqual([64, ""]);
  expect(stderr).toContain("lossbound: cannot write results: /dev/null: not a folder");
  expect(stderr).not.toContain("starting");
});

describe("plan", () => {
  test("prints the same timeline for the same seed", async () => {
    using folder = aFolder({ "kills.yaml": soundScenario });
    const args = ["plan", "--seed", "7", folder.file("kills.yaml")];
    const [one, other] = await Promise.all([lossbound(args), lossbound(args)]);
    expect(one).toEqual(other);
    expect([one.code, one.stderr]).toEqual([0, ""]);
    expect(one.stdout).toMatch(
      /^kills {2}seed 7\n {2}Two consumers are killed, and lose the messages that they were processing\.\n/,
    );
    expect(one.stdout).toMatch(/\n {2}1 s +SIGKILL to consumer [01], restarted after 500 ms\n/);
  });

  test("ends its output with the command that runs exactly this plan", async () => {
    const swept = soundScenario.replace("1000/s", "[1000/s, 2000/s]");
    using folder = aFolder({ "kills.yaml": soundScenario, "swept.yaml": swept });
    const lastLines = async (args: readonly string[]) =>
      (await lossbound(args)).stdout.split("\n").slice(-3).join("\n");
    expect(await lastLines(["plan", "--seed", "7", folder.file("kills.yaml")])).toMatch(
      new RegExp(`^run with\n  n\\S+ \\S+ run ${folder.file("kills.yaml")} --seed 7\n$`),
    );
    expect(await lastLines(["plan", "--seed", "7", folder.file("swept.yaml")])).toContain(
      ` sweep ${folder.file("swept.yaml")} --seed 7\n`,
    );
  });

  test("draws a seed and prints it, when none is given", async () => {
    using folder = aFolder({ "kills.yaml": soundScenario });
    const runs = await Promise.all([1, 2, 3].map(() => lossbound(["plan", folder.file("kills.yaml")])));
    const seeds = runs.map(({ stdout }) => /seed ([0-9]+)/.exec(stdout)?.[1]);
    expect(new Set(seeds).size).toBe(3);
  });

  test("prints the plan as JSON", async () => {
    using folder = aFolder({ "kills.yaml": soundScenario });
    const { stdout } = await lossbound(["plan", "--json", "--seed", "7", folder.file("kills.yaml")]);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "lossbound.plan/1",
      seed: 7,
      scenario: { name: "kills" },
    });
  });

  test("accepts a file whose name starts with a dash after --", async () => {
    const { stderr } = await lossbound(["plan", "--", "--json"]);
    expect(stderr).toContain("--json: found no such file");
  });

  test("exits with 0 and prints no error, when the reader of its output is gone", async () => {
    using folder = aFolder({ "kills.yaml": soundScenario });
    const { code, stderr } = await lossbound(["plan", folder.file("kills.yaml")], {}, false);
    expect([code, stderr]).toEqual([0, ""]);
  });
});

test("doctor prints the same diagnosis as text and as JSON", async () => {
  using cache = aFolder({});
  const env = { LOSSBOUND_CACHE: cache.path };
  const [text, json] = await Promise.all([lossbound(["doctor"], env), lossbound(["doctor", "--json"], env)]);
  expect(text.code).toBe(json.code);
  expect(text.stdout).toContain(`node              ${process.versions.node}`);
  expect(text.stdout).toContain("empty; the first run downloads what it needs");
  expect(JSON.parse(json.stdout)).toMatchObject({
    node: { version: process.versions.node },
    leftovers: [],
  });
});

test("doctor lists optional tools with their purpose, and how to get the missing ones", async () => {
  using folder = aFolder({});
  const tool = (name: string, says: string) =>
    writeFileSync(folder.file(name), `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
  tool("prometheus", "prometheus, version 3.1.0 (branch: HEAD)");
  tool("docker", "Docker version 28.2.2, build e6534b4");
  const { code, stdout } = await lossbound(["doctor"], { PATH: folder.path, JAVA_HOME: "" });
  // Optional tools do not affect the exit code; the missing java does.
  expect(code).toBe(3);
  const optional = stdout.slice(stdout.indexOf("\noptional\n"), stdout.indexOf("\ncache\n"));
  expect(optional).toMatch(/\n {2}ok +prometheus +to store the metrics +3\.1\.0 +\/\S+\/prometheus\n/);
  expect(optional).toMatch(/\n {2}ok +docker +.* 28\.2\.2 +\//);
  expect(optional).toMatch(/\n {2}absent +grafana +to show the dashboards\n/);
  expect(optional).toMatch(/\n {2}how to get promtool\n {4}it is part of prometheus\n/);
  expect(optional).not.toContain("how to get prometheus");
});

test("an unexpected error exits with 3, and prints a stack trace only with LOSSBOUND_DEBUG=1", async () => {
  const throwing =
    "process.on('newListener',name=>name==='uncaughtException'&&setTimeout(()=>{throw new TypeError('oops')}))";
  const env = { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(throwing)}"` };
  const [plain, debug] = await Promise.all([
    lossbound(["doctor"], env),
    lossbound(["doctor"], { ...env, LOSSBOUND_DEBUG: "1" }),
  ]);
  expect([plain.code, debug.code]).toEqual([3, 3]);
  expect(plain.stderr).toMatch(/^lossbound: internal error \(a bug in lossbound, not a verdict\): oops\n/);
  expect(plain.stderr).not.toContain("    at ");
  expect(debug.stderr).toContain("    at ");
});

test("a finished command exits, even if an open handle keeps the event loop alive", async () => {
  const holding = { NODE_OPTIONS: '--import "data:text/javascript,setInterval(()=>{},1000)"' };
  expect((await lossbound(["--version"], holding)).code).toBe(0);
  expect((await lossbound(["run"], holding)).code).toBe(64);
});

test("judge rejects a folder without a stored run", async () => {
  using folder = aFolder({});
  const { code, stdout, stderr } = await lossbound(["judge", folder.path]);
  expect([code, stdout]).toEqual([64, ""]);
  expect(stderr).toMatch(/^lossbound: /);
});

test("report does not overwrite a report.html that lossbound did not write", async () => {
  using folder = aFolder({ "report.html": "<!doctype html><title>A thesis</title>" });
  mkdirSync(folder.file("run"));
  writeFileSync(folder.file("run/result.json"), '{ "schema": "lossbound.result/1" }');
  const { code, stdout, stderr } = await lossbound(["report", folder.path]);
  expect([code, stdout]).toEqual([64, ""]);
  expect(stderr).toContain("report.html is no report, and will not be replaced: move it");
  expect(readFileSync(folder.file("report.html"), "utf8")).toContain("A thesis");
});

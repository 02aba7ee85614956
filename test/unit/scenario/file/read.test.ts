import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { exitCode, exitCodeOf, LossboundError } from "../../../../src/base/errors.js";
import { ScenarioError } from "../../../../src/scenario/file/problems.js";
import { parseScenario, readScenario } from "../../../../src/scenario/file/read.js";
import { problemsOf, scenarioWith } from "../example.js";

const blackhole = `# yaml-language-server: $schema=../schemas/scenario.schema.json
# Two seconds of a black hole between producer and broker: what is sent into it is lost,
# and nobody is told.

# A note that is no claim.
guarantee: at-most-once
topic: { partitions: 3 }
producers: { count: 1, rate: 2000/s, messages: 20000, size: 200B }
consumers: { count: 2, commitEvery: 100, handle: 0ms }
faults:
  - { at: 3s, for: 2s, on: producer-link, toxic: timeout }
expect:
  lost: { min: 3500, max: 4600 }
  lostBy: { in-transit: { min: 3500 } }
  duplicated: { max: 0 }
`;

test("a scenario file becomes a scenario with every default filled in", () => {
  expect(parseScenario(blackhole, "scenarios/producer-blackhole.yaml")).toEqual({
    name: "producer-blackhole",
    claim:
      "Two seconds of a black hole between producer and broker: what is sent into it is lost, and nobody is told.",
    guarantee: "at-most-once",
    brokers: { count: 1, config: {} },
    topic: { partitions: 3, replicationFactor: 1, config: {} },
    producers: {
      count: 1,
      rate: 2_000,
      messages: 20_000,
      size: 200,
      acks: 0,
      retries: 0,
      metadataMaxAge: 300_000,
      requestTimeout: 30_000,
    },
    consumers: {
      count: 2,
      commitEvery: 100,
      handle: 0,
      reset: "latest",
      sessionTimeout: 6_000,
      partitionsConsumedConcurrently: 1,
      retries: 5,
      metadataMaxAge: 300_000,
      requestTimeout: 30_000,
    },
    faults: [
      {
        kind: "link",
        on: "producer-link",
        broker: undefined,
        toxic: { type: "timeout", timeout: 0 },
        stream: "upstream",
        trigger: { kind: "at", ms: 3_000 },
        for: 2_000,
        times: 1,
        every: 0,
      },
    ],
    faultsDrawn: undefined,
    sweep: undefined,
    step: undefined,
    repeat: undefined,
    calibrated: undefined,
    trial: undefined,
    expect: {
      lost: { min: { kind: "count", value: 3_500 }, max: { kind: "count", value: 4_600 } },
      silentlyLost: undefined,
      lostBy: { "in-transit": { min: { kind: "count", value: 3_500 }, max: undefined } },
      duplicated: { min: undefined, max: { kind: "count", value: 0 } },
      indeterminate: undefined,
    },
    expectUnder: {},
  });
});

test("a file without a comment on top claims nothing", () => {
  expect(parseScenario(scenarioWith({}), "quiet.yml")).toMatchObject({ name: "quiet", claim: "" });
});

test("every problem is told at once, in the order of the file, with line, column and key", () => {
  const text = `guarantee: exactly-once
consumer: { count: 2 }
producers:
  rate: 2000
  mesages: 5
faults:
  - { at: soon, for: 2s, on: producer-link, toxic: timout }
expect:
  lost: { min: 5, max: 3 }
`;
  expect(problemsOf(text)).toEqual([
    "example.yaml:1:12: guarantee: found exactly-once, allowed one of at-most-once, at-least-once, effectively-once",
    'example.yaml:2:1: consumer: found an unknown key, allowed guarantee, brokers, topic, producers, consumers, faults, faultsDrawn, repeat, calibrated, expect (did you mean "consumers"?)',
    "example.yaml:3:1: producers.messages: found nothing, allowed a whole number from 1 to 1000000000",
    'example.yaml:4:9: producers.rate: found 2000, allowed a rate above 0 such as 2000/s, at most 10000000/s (did you mean "2000/s"?)',
    'example.yaml:5:3: producers.mesages: found an unknown key, allowed command, count, rate, overload, messages, size, acks, retries, metadataMaxAge, requestTimeout (did you mean "messages"?)',
    "example.yaml:7:11: faults[0].at: found soon, allowed a duration such as 500ms or 3s, at most 60m",
    'example.yaml:7:52: faults[0].toxic: found timout, allowed one of latency, bandwidth, slow_close, timeout, reset_peer, slicer, limit_data (did you mean "timeout"?)',
    "example.yaml:9:16: expect.lost.min: found 5, allowed at most max, which is 3",
  ]);
});

test("a quantity without its unit, or with one in other letters, is told as it may have been meant", () => {
  const text = `guarantee: at-most-once
producers: { rate: 500, messages: 100, size: "10 kb" }
consumers: { handle: 1 }
faults:
  - { at: 0.5, for: "500 MS", on: producer-link, down: true }
  - { at: 1s, for: soon, on: producer-link, toxic: bandwidth, rate: 5kb/S }
expect:
  lost: { min: 0.02, max: "10 %" }
`;
  const meant = problemsOf(text).map((line) => {
    const [, key = ""] = /^[^ ]+ ([^:]+):/.exec(line) ?? [];
    return [key, /\(did you mean (.*)\?\)/.exec(line)?.[1]];
  });
  expect(meant).toEqual([
    ["producers.rate", '"500/s"'],
    ["producers.size", '"10KB"'],
    ["consumers.handle", '"1ms" or "1s"'],
    ["faults[0].at", '"0.5s"'],
    ["faults[0].for", '"500ms"'],
    ["faults[1].for", undefined],
    ["faults[1].rate", '"5KB/s"'],
    ["expect.lost.min", '"2%"'],
    ["expect.lost.max", '"10%"'],
  ]);
});

test.each([
  ["500", "500/s"],
  ['"500 msgs/sec"', "500/s"],
  ["-500", undefined],
  ["500/m", undefined],
  ["0", undefined],
  ["99999999999", undefined],
])("a rate of %s may have been meant as %s", (written, meant) => {
  const [problem = ""] = problemsOf(`guarantee: at-most-once
producers: { rate: ${written}, messages: 100 }
expect: { lost: 0 }
`);
  expect(/did you mean "(.*)"/.exec(problem)?.[1]).toBe(meant);
});

test("the error carries its problems as values, and ends the command line with 64", () => {
  const error = (() => {
    try {
      return parseScenario(scenarioWith({ consumer: 5 }), "example.yaml");
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(LossboundError);
  expect(error).toMatchObject({ code: "INPUT", name: "ScenarioError" });
  expect(exitCodeOf(error)).toBe(exitCode.usage);
  expect((error as ScenarioError).problems).toEqual([
    {
      file: "example.yaml",
      line: 4,
      column: 1,
      key: "consumer",
      found: "an unknown key",
      allowed:
        "guarantee, brokers, topic, producers, consumers, faults, faultsDrawn, repeat, calibrated, expect",
      meant: ["consumers"],
    },
  ]);
});

test("what a file holds cannot reach the terminal, or a second line of the message", () => {
  const [problem, ...others] = problemsOf(
    scenarioWith({ brokers: { count: "\u001b[31m\n1" } }),
    "evil\n.yaml",
  );
  expect(problem).toMatch(/^evil\\u\{a\}\.yaml: found evil/);
  expect(others).toHaveLength(1);
  expect(problemsOf(`guarantee: "\u009b31m"`).join()).toContain('found "\\u{9b}31m"');
});

test("a key that is no plain word is quoted, and a long one shortened", () => {
  const odd = `"": 1\n"a.b": 1\nx${"y".repeat(999)}: 1\n`;
  expect(problemsOf(scenarioWith({}) + odd)).toEqual([
    expect.stringContaining(':4:1: "": found an unknown key'),
    expect.stringContaining(':5:1: "a.b": found an unknown key'),
    expect.stringMatching(/:6:1: "?xy{59}…"?: found an unknown key/),
  ]);
});

test.each(["Upper", "under_score", "-dash", "a.b", "ä", "a".repeat(65), ""])(
  "%j cannot name a scenario",
  (name) => {
    expect(problemsOf(scenarioWith({}), `${name}.yaml`)).toEqual([
      expect.stringContaining("allowed a file name of a-z, 0-9 and -, at most 64 of them"),
    ]);
  },
);

describe("text that is not the YAML of a scenario", () => {
  test.each([
    ["an empty file", "", "1:1: the file: found nothing, allowed a map of guarantee"],
    ["only comments", "# nothing\n", "1:1: the file: found nothing, allowed a map of guarantee"],
    ["a list", "- 1\n", "1:1: the file: found a list, allowed a map of guarantee"],
    ["a word", "hello", "1:1: the file: found hello, allowed a map of guarantee"],
    ["an open bracket", "a: 1\nfaults: [", "2:10: the file: found text that is not YAML ("],
    ["a tab", "a:\n\tb: 1", "2:1: the file: found text that is not YAML (Tabs"],
    [
      "a second document",
      "a: 1\n---\nb: 2",
      "2:1: the file: found text that is not YAML (Source contains multiple",
    ],
    ["a tag of its own", "a: !mine 1", "1:4: the file: found text that is not YAML (Unresolved tag"],
    ["an alias", "a: &x 1\nb: *x", "2:4: the file: found an alias, *x, allowed the value itself"],
    ["a key that is a map", "? { a: 1 }\n: 2", "1:3: the file: found a key that is not a word"],
    ["a key that is a number", "1: 2", "1:1: the file: found a key that is not a word"],
    ["thousands of lists", "[".repeat(100_000), "the file: found maps or lists too deep to be read"],
    ["thousands of list items", "- ".repeat(100_000), "the file: found maps or lists too deep to be read"],
  ])("%s is one problem", (_, text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });

  test("aliases that unfold into gigabytes are not unfolded", () => {
    const line = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(`*${of}`).join(",")}]\n`;
    const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
    const bomb = names.map((name, index) => line(name, names[index - 1] ?? "z")).join("");
    expect(problemsOf(`z: &z lol\n${bomb}`)).toHaveLength(names.length * 9);
  });

  test("a key that stands twice does not hide the other problems", () => {
    const text = `${scenarioWith({ brokers: { count: 2 } })}guarantee: at-most-once\n`;
    expect(problemsOf(text)).toEqual([
      "example.yaml:4:19: brokers.count: found 2, allowed one of 1, 3",
      "example.yaml:5:1: guarantee: found it a second time, allowed each key once",
    ]);
  });

  test("a directive for YAML 1.1 does not make a boolean of the key `on`", () => {
    const faults = "faults: [{ at: 1s, on: producer-link, toxic: timeout }]\n";
    expect(problemsOf(`%YAML 1.1\n---\n${scenarioWith({})}${faults}`)).toEqual([]);
  });
});

describe("a path", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "lossbound-read-"));
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  async function problemsAt(name: string): Promise<string> {
    const error: unknown = await readScenario(path.join(folder, name)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as ScenarioError).message.replace(`${folder}/`, "");
  }

  test("of a scenario file is read", async () => {
    await writeFile(path.join(folder, "good.yaml"), `\ufeff${blackhole}`);
    expect(await readScenario(path.join(folder, "good.yaml"))).toEqual(parseScenario(blackhole, "good.yaml"));
  });

  test("that leads nowhere is a problem, and what may have been meant is beside it", async () => {
    await writeFile(path.join(folder, "consumer-kill.yaml"), blackhole);
    expect(await problemsAt("missing.yaml")).toBe(
      "missing.yaml: found no such file, allowed a scenario file",
    );
    for (const written of ["consumer-kill", "consumer-kil.yaml", "consumerkill.yml"]) {
      expect(await problemsAt(written)).toBe(
        `${written}: found no such file, allowed a scenario file (did you mean "${folder}/consumer-kill.yaml"?)`,
      );
    }
    expect(await problemsAt("good.yaml/inside.yaml")).toContain("found no such file");
    expect(await problemsAt("nul\0.yaml")).toContain("found a file that cannot be read");
  });

  test("of a folder is a problem, which says what is in it", async () => {
    await mkdir(path.join(folder, "folder.yaml"));
    expect(await problemsAt("folder.yaml")).toBe(
      "folder.yaml: found a folder, with no *.yaml in it, allowed a scenario file",
    );
    await writeFile(path.join(folder, "folder.yaml", "one.yaml"), blackhole);
    await writeFile(path.join(folder, "folder.yaml", "other.yml"), blackhole);
    await writeFile(path.join(folder, "folder.yaml", "notes.txt"), blackhole);
    const error: unknown = await readScenario(path.join(folder, "folder.yaml")).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as ScenarioError).problems).toMatchObject([
      { allowed: `a scenario file, such as ${folder}/folder.yaml/one.yaml (1 more in it)` },
    ]);
  });

  test("of a device is a problem, not an endless read", async () => {
    await expect(readScenario("/dev/zero")).rejects.toThrow("found something that is no file");
  });

  test("of a file that is too large is a problem", async () => {
    await writeFile(path.join(folder, "large.yaml"), "#".repeat(65_537));
    expect(await problemsAt("large.yaml")).toContain("found 65537 bytes, allowed at most 65536 bytes");
  });

  test("of a file that is not UTF-8 is a problem", async () => {
    await writeFile(path.join(folder, "latin.yaml"), Buffer.from([0x23, 0xe4, 0x0a]));
    expect(await problemsAt("latin.yaml")).toContain("found bytes that are not UTF-8");
  });

  test("of a file that may not be read is a problem, except to root, whom nothing stops", async () => {
    const file = path.join(folder, "secret.yaml");
    await writeFile(file, blackhole);
    await chmod(file, 0);
    const outcome = await readScenario(file).catch((thrown: unknown) => String(thrown));
    if (process.getuid?.() === 0) expect(outcome).toMatchObject({ name: "secret" });
    else expect(outcome).toContain("found a file that may not be read, allowed a scenario file");
  });

  test("that leads in a circle is a problem", async () => {
    await symlink("circle.yaml", path.join(folder, "circle.yaml"));
    expect(await problemsAt("circle.yaml")).toContain("found a file that cannot be read (ELOOP");
  });
});

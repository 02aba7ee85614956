import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { describe, expect, test } from "vitest";

import { exitCode } from "../../../src/base/errors.js";
import { waitUntil } from "../../../src/base/wait.js";
import type { Verdict } from "../../../src/verdict/judge.js";
import { writeRunRecord } from "../../../src/ledger/record/run-record.js";
import { type RunTold, type StoredRun, aRun } from "../../support/a-run.js";
import { times } from "../../support/stories.js";
import { readJunit } from "../../support/junit.js";
import { aFolder, soundScenario } from "../../support/a-folder.js";
import { lossbound } from "../../support/lossbound.js";
import { cli, inRepository } from "../../support/paths.js";

const count = (value: number) => ({ kind: "count" as const, value });
const none = { min: undefined, max: count(0) };
const some = { min: count(1), max: count(10) };
const lossy: RunTold["producers"] = [[...times(30, "processed"), ...times(5, "in-transit")]];

/** A run whose record says that the harness gave up waiting. */
function gaveUp(): StoredRun {
  const run = aRun({ producers: lossy, expect: { lost: some } });
  writeRunRecord(run.path, { ...run.run, gaveUp: ["the auditor was given up"] });
  return run;
}

const stored: [what: string, Verdict, says: string, () => StoredRun][] = [
  ["keeps its bounds", "held", "HELD", () => aRun({ producers: lossy, expect: { lost: some } })],
  [
    "exceeds a bound",
    "broken",
    "lost: 5 is outside 0 to 0",
    () => aRun({ producers: lossy, expect: { lost: none } }),
  ],
  [
    "has processed a message twice",
    "broken",
    "duplicated: 1 is outside 0 to 0",
    () => aRun({ producers: [[...times(30, "processed"), "processedByTwoLives"]], expect: { lost: none } }),
  ],
  [
    "has sent nothing",
    "inconclusive",
    "nothing was sent",
    () => aRun({ producers: [times(30, "unsent")], killedAt: 0, expect: { lost: none } }),
  ],
  [
    "has a fault that touched nothing",
    "inconclusive",
    "the fault timeout on producer-link touched nothing live",
    () => aRun({ producers: lossy, expect: { lost: some }, fault: { touched: 0 } }),
  ],
  [
    "has a fault that was not in force",
    "inconclusive",
    "the probe did not find the fault timeout on producer-link in force",
    () => aRun({ producers: lossy, expect: { lost: some }, fault: { inForce: false } }),
  ],
  [
    "has a fault that did not heal",
    "inconclusive",
    "the fault timeout on producer-link did not heal cleanly",
    () => aRun({ producers: lossy, expect: { lost: some }, fault: { healed: false } }),
  ],
  [
    "has unread messages",
    "inconclusive",
    "2 messages are in the log, unread",
    () => aRun({ producers: [[...times(30, "processed"), ...times(2, "unread")]], expect: { lost: none } }),
  ],
  [
    "has messages of indeterminate fate",
    "inconclusive",
    "1 messages have an indeterminate fate",
    () => aRun({ producers: [[...times(30, "processed"), "indeterminate"]], expect: { lost: none } }),
  ],
  [
    "lost nothing although it should have",
    "inconclusive",
    "lost: 0 proves nothing about 1 to 10",
    () => aRun({ producers: [times(30, "processed")], expect: { lost: some } }),
  ],
  ["was abandoned before its end", "inconclusive", "the auditor was given up", gaveUp],
];

describe("a stored run that", () => {
  test.each(stored)("%s is %s", async (_, verdict, says, make) => {
    using run = make();
    using folder = aFolder({});
    const { code, stdout } = await lossbound(["judge", "--junit", folder.file("junit.xml"), run.path]);
    expect(code).toBe(exitCode[verdict]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(says);
    // A CI system that reads the report instead of the exit code must reach the same verdict.
    const { cases } = readJunit(readFileSync(folder.file("junit.xml"), "utf8"))[0]!;
    const outcomes = new Set(cases.map(({ outcome }) => outcome));
    expect([...outcomes].toSorted()).toEqual(expect.arrayContaining(expectedOf(verdict)));
    if (verdict === "held") expect([...outcomes]).toEqual(["passed"]);
    if (verdict === "inconclusive") expect(outcomes).not.toContain("passed");
  });

  test("contradicts itself exits with 3 and without a verdict", async () => {
    using run = aRun({ producers: [[...times(30, "processed"), "inLogAndNotHanded"]] });
    const { code, stdout, stderr } = await lossbound(["judge", run.path]);
    expect([code, stdout]).toEqual([exitCode.couldNotRun, ""]);
    expect(stderr).toContain("evidence");
  });
});

function expectedOf(verdict: Verdict): string[] {
  switch (verdict) {
    case "held":
      return ["passed"];
    case "broken":
      return ["failure"];
    case "inconclusive":
      return ["error"];
  }
}

describe("run", () => {
  test("exits with 3, when it cannot reach the brokers", async () => {
    using folder = aFolder({ "sound.yaml": soundScenario });
    const nowhere = ["--brokers", "127.0.0.1:1", "--toxiproxy", "http://127.0.0.1:1"];
    const out = ["--out", folder.file("out")];
    const { code, stdout } = await lossbound(["run", ...nowhere, ...out, folder.file("sound.yaml")]);
    expect([code, stdout]).toEqual([exitCode.couldNotRun, ""]);
  });

  test("exits with 130, when it is interrupted", async () => {
    using folder = aFolder({ "sound.yaml": soundScenario });
    // Accepts connections and never answers.
    const mute = createServer().listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as AddressInfo;
    const addresses = ["--brokers", `127.0.0.1:${port}`, "--toxiproxy", `http://127.0.0.1:${port}`];
    const args = [cli, "run", ...addresses, "--out", folder.file("out"), folder.file("sound.yaml")];
    const asked = once(mute, "connection");
    const child = spawn(process.execPath, args, { stdio: "ignore" });
    try {
      await asked;
      child.kill("SIGINT");
      await waitUntil("its end", () => child.exitCode !== null, { limitMs: 60_000 });
      expect(child.exitCode).toBe(exitCode.interrupted);
    } finally {
      child.kill("SIGKILL");
      mute.close();
    }
  });
});

describe("a missing or misspelt expectation", () => {
  const claim = "expect:\n  lost: { min: 10, max: 400 }\n";
  const wrong: [string, string, string][] = [
    ["no expectation", "", "expect: found nothing"],
    ["an empty one", "expect:\n", "expect: found"],
    ["an empty map", "expect: {}\n", "expect.lost: found nothing"],
    ["another word for it", claim.replace("expect", "expct"), "expct: found an unknown key"],
    ["another case", claim.replace("expect", "Expect"), "Expect: found an unknown key"],
    ["a list", "expect: [lost]\n", "expect: found a list"],
    ["a misspelt bound", claim.replace("lost", "lots"), "expect.lots: found an unknown key"],
    ["lots: 0", "expect: { lots: 0 }\n", "expect.lots: found an unknown key"],
    ["a bound that is null", "expect: { lost: null }\n", "expect.lost: found null"],
    ["a bound that is empty", "expect:\n  lost:\n", "expect.lost: found nothing"],
    ["a bound of neither end", "expect: { lost: {} }\n", "expect.lost: found neither min nor max"],
    ["a misspelt end", claim.replace("max", "mx"), "expect.lost.mx: found an unknown key"],
    ["an end that is null", "expect: { lost: { max: null } }\n", "expect.lost.max: found null"],
    ["an end that is text", 'expect: { lost: { max: "4" } }\n', 'expect.lost.max: found "4"'],
    ["a bound that is true", "expect: { lost: true }\n", "expect.lost: found true"],
    ["a bound below nothing", "expect: { lost: { max: -1 } }\n", "expect.lost.max: found -1"],
    ["ends the wrong way round", "expect: { lost: { min: 5, max: 4 } }\n", "expect.lost.min: found 5"],
    [
      "nothing that can be missed",
      "expect: { lost: { min: 0 } }\n",
      "expect.lost: found bounds that no run can miss",
    ],
    ["all of it", 'expect: { lost: { max: "100%" } }\n', "expect.lost: found bounds that no run can miss"],
    ["causes alone", "expect: { lostBy: { log: 0 } }\n", "expect.lost: found nothing"],
    [
      "a misspelt cause",
      "expect: { lost: 0, lostBy: { lgo: 0 } }\n",
      "expect.lostBy.lgo: found an unknown key",
    ],
    ["a cause of null", "expect: { lost: 0, lostBy: { log: null } }\n", "expect.lostBy.log: found null"],
    ["lostby", "expect: { lost: 0, lostby: { log: 0 } }\n", "expect.lostby: found an unknown key"],
    ["silentlylost", "expect: { lost: 0, silentlylost: 0 }\n", "expect.silentlylost: found an unknown key"],
    ["duplicate", "expect: { lost: 0, duplicate: 0 }\n", "expect.duplicate: found an unknown key"],
    ["a bound twice", "expect:\n  lost: 0\n  lost: { max: 500 }\n", "lost: found it a second time"],
    ["the claims of another guarantee", "expect: { at-least-once: { lost: 0 } }\n", "at-most-once"],
    [
      "a misspelt guarantee",
      "expect: { at-most-onec: { lost: 0 } }\n",
      "expect.at-most-onec: found an unknown key",
    ],
    ["an empty guarantee", "expect: { at-most-once: {} }\n", "expect.at-most-once.lost: found nothing"],
  ];
  const bare = soundScenario.replace(/expect:[^]*$/, "");

  test("prevents the run, and is reported with its problem", async () => {
    using folder = aFolder(
      Object.fromEntries(wrong.map(([, written], index) => [`wrong-${index}.yaml`, bare + written])),
    );
    const files = wrong.map((_, index) => folder.file(`wrong-${index}.yaml`));
    const { code, stdout, stderr } = await lossbound(["run", "--out", folder.file("out"), ...files]);
    expect([code, stdout]).toEqual([exitCode.usage, ""]);
    expect(existsSync(folder.file("out"))).toBe(false);
    const lines = stderr.split("\n");
    for (const [index, [what, , said]] of wrong.entries()) {
      const own = lines.filter((line) => line.includes(`wrong-${index}.yaml:`)).join("\n");
      expect(own, what).toContain(said);
    }
  });

  test("differs from a correct one, which is accepted", async () => {
    using folder = aFolder({ "sound.yaml": bare + claim });
    expect((await lossbound(["plan", folder.file("sound.yaml")])).code).toBe(0);
  });
});

test("the exit codes are the same in docs/verdicts.md, in README.md, in help and in the program", async () => {
  const codesIn = (page: string) => [...page.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  const text = (page: string) => readFileSync(inRepository(page), "utf8");
  const [, section] = /\n## Exit codes\n([^]*?)\n## /.exec(text("docs/verdicts.md"))!;
  const told = codesIn(section!);
  expect(told).toEqual(Object.values(exitCode));
  expect(codesIn(text("README.md"))).toEqual(told);
  const { stdout } = await lossbound(["help"]);
  const help = stdout.split("\n").find((line) => line.includes("could not run"))!;
  expect([...help.matchAll(/(\d+) /g)].map(([, code]) => Number(code))).toEqual(told);
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { judgeFolder } from "../../../src/library/judge.js";
import { aRun, type StoredRun } from "../../support/a-run.js";
import { installedInAProject, type Project } from "./installed.js";
import { inRepository } from "../../support/paths.js";

describe("the package, installed into an empty project", () => {
  let project: Project;
  let stored: StoredRun;
  beforeAll(async () => {
    stored = aRun({
      producers: [[...Array<"processed">(37).fill("processed"), "in-transit", "in-transit", "in-processing"]],
    });
    project = await installedInAProject();
  });
  afterAll(() => {
    project[Symbol.dispose]();
    stored[Symbol.dispose]();
  });

  it("has what was built of the source that there is, and nothing else of it", () => {
    const built = project.packed.filter((file) => file.startsWith("dist/"));
    const modules = readdirSync(inRepository("src"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
      .map((name) => name.slice(0, -".ts".length));
    const expected = modules.flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]);
    const ofPages = ["dist/views/html/charts.js", "dist/views/html/report.css"];

    const advice = "dist may hold what was built of files that are gone: delete it, and build";
    expect(built.toSorted(), advice).toEqual([...expected, ...ofPages].toSorted());
  });

  it("has beside that what it reads, and what its readers read", () => {
    const others = project.packed.filter((file) => !file.startsWith("dist/"));
    const places = new Set(others.map((file) => file.replace(/\/[^/]+$/, "")));

    const pages = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
    const folders = ["dashboards/out", "experiments", "parts/kafka", "scenarios", "schemas"];
    expect([...places].toSorted()).toEqual([...pages, ...folders].toSorted());
  });

  it("is imported, plans, and judges a stored run", async () => {
    project.write(
      "use.mjs",
      `import { defineScenario, judge, planScenario } from "lossbound";
       const scenario = defineScenario({
         name: "mine",
         guarantee: "at-most-once",
         producers: { rate: "100/s", messages: 200 },
         expect: { lost: 0 },
       });
       const { sendingMs, seed } = await planScenario(scenario, { seed: 7 });
       const { verdict, messages } = await judge(process.argv[2]);
       console.log(JSON.stringify({ sendingMs, seed, verdict, lost: messages.lost }));`,
    );
    const { stdout, stderr } = await project.run("node", "use.mjs", stored.path);
    const { verdict, messages } = await judgeFolder(stored.path);

    expect(stderr).toBe("");
    expect(messages.lost).toBe(3);
    expect(JSON.parse(stdout)).toEqual({ sendingMs: 2_000, seed: 7, verdict, lost: 3 });
  });

  it("has its types, which tell right from wrong", async () => {
    const right = `
      import { defineScenario, runScenario, type Result, type RunOptions } from "lossbound";
      const options: RunOptions = { seed: 7, out: "results", signal: AbortSignal.timeout(1000) };
      const scenario = defineScenario({
        name: "mine",
        guarantee: "at-most-once",
        producers: { rate: "100/s", messages: 200 },
        faults: [{ kill: "consumer", when: { handling: { message: 1, of: 100 } }, restartAfter: "500ms" }],
        expect: { lost: { min: 1, max: 100 } },
      });
      export const lost: Promise<number> = runScenario(scenario, options).then((one: Result) => one.lostBy.log);
    `;
    const wrong = right
      .replace('"100/s"', '"100"')
      .replace("seed: 7", "sede: 7")
      .replace("lostBy.log", "lostBy.logs");

    expect(await typesOf("right.ts", right)).toBe("");
    const complaints = await typesOf("wrong.ts", wrong);
    for (const word of ['"100"', "sede", "logs"]) expect(complaints).toContain(word);
  });

  it("has the command: npx lossbound", async () => {
    const npx = (...args: string[]) => project.run("npx", "--no-install", "lossbound", ...args);
    const scenario = "node_modules/lossbound/scenarios/consumer-kill.yaml";

    expect(await npx("plan", "--seed", "7", scenario)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("consumer-kill"),
    });
    const { stdout } = await npx("judge", "--json", stored.path);
    expect(JSON.parse(stdout)).toEqual(await judgeFolder(stored.path));
    expect(await npx("plan", "no-such.yaml")).toMatchObject({ code: 64 });
  });

  it("has matchers for whoever has vitest, and wants vitest of nobody else", async () => {
    const { stdout } = await project.run("npm", "ls", "--all", "--parseable");
    expect(stdout).not.toMatch(/node_modules\/vitest$/m);
    const { stderr } = await project.run("node", "-e", 'import("lossbound/vitest")');
    expect(stderr).toContain("Cannot find package 'vitest'");
  });

  it("has the schemas, for editors and for whoever reads results", async () => {
    const use = `import result from "lossbound/schemas/result.schema.json" with { type: "json" };
      console.log(result.title);`;
    project.write("schema.mjs", use);
    expect((await project.run("node", "schema.mjs")).stdout).toBe("lossbound result\n");
  });

  async function typesOf(name: string, text: string): Promise<string> {
    const file = project.write(name, text);
    const ours = inRepository("node_modules");
    const options = "--noEmit --strict --target es2023 --module nodenext --types node".split(" ");
    const types = ["--typeRoots", join(ours, "@types"), "--skipLibCheck", "false"];
    const { stdout } = await project.run(
      join(ours, ".bin/tsc"),
      "--ignoreConfig",
      ...options,
      ...types,
      file,
    );
    return stdout;
  }
});

describe("package.json", () => {
  const { exports, bin } = JSON.parse(readFileSync(inRepository("package.json"), "utf8")) as {
    exports: Record<string, unknown>;
    bin: Record<string, string>;
  };

  it("opens no door but these", () => {
    expect(Object.keys(exports)).toEqual([".", "./vitest", "./schemas/*.json", "./package.json"]);
    expect(Object.keys(bin)).toEqual(["lossbound"]);
  });
});

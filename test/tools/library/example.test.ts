import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { installedInAProject, type Project } from "../package/installed.js";
import { inRepository } from "../../support/paths.js";

/** As a reader has it who copies the folder, and installs the package. */
describe("examples/vitest", () => {
  let project: Project;
  beforeAll(async () => {
    project = await installedInAProject("examples/vitest");
  });
  afterAll(() => project[Symbol.dispose]());

  it("compiles, and does not with a matcher that there is not", async () => {
    const test = readFileSync(join(project.path, "loss.test.ts"), "utf8");
    project.write(
      "wrong.ts",
      test.replace("toLoseNothing", "toLoseNothign").replace('"in-transit"', '"transit"'),
    );

    expect(await typesOf("loss.test.ts")).toBe("");
    const complaints = await typesOf("wrong.ts");
    for (const word of ["toLoseNothign", '"transit"']) expect(complaints).toContain(word);
  });

  it("passes", async () => {
    const { code, stdout, stderr } = await project.run("npm", "test");

    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/Tests.* 2 passed/);
  });

  it("fails with a bound that does not hold, and says what was lost, where, and how to see it again", async () => {
    const test = readFileSync(join(project.path, "loss.test.ts"), "utf8");
    const [, ...second] = test.split('test("without a fault');
    const without = test.replace(`test("without a fault${second.join()}`, "");
    project.write("wrong.test.ts", without.replace('toLoseBetween("5%", "50%",', "toLoseBetween(0, 0,"));
    const { code, stdout, stderr } = await project.run("npx", "vitest", "run", "wrong.test.ts");
    const said = stdout + stderr;

    expect(code, said).toBe(1);
    expect(said).toMatch(/black-hole: \d+ messages were lost by in-transit; the test expects 0/);
    expect(said).toMatch(
      /in-transit \d+: accepted by the client, but never in the log; sent from \d+ s to \d+ s/,
    );
    expect(said).toMatch(/fault timeout on producer-link from \d\.\d{3} s to \d\.\d{3} s, touched \d/);
    expect(said).toContain("{ seed: 7 } as the matcher's options");
    const [, page = ""] = /page {3}(\S+)/.exec(said) ?? [];
    expect(existsSync(page), page).toBe(true);
  });

  async function typesOf(file: string): Promise<string> {
    const ours = inRepository("node_modules");
    const options = "--noEmit --strict --target es2023 --module nodenext --types node --skipLibCheck".split(
      " ",
    );
    const args = ["--ignoreConfig", ...options, "--typeRoots", join(ours, "@types"), file];
    const { stdout } = await project.run(join(ours, ".bin/tsc"), ...args);
    return stdout;
  }
});

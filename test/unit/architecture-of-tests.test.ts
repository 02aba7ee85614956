import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { inRepository } from "../support/paths.js";
import { type SourceFile, sourceFile, withoutComments } from "../support/source-files.js";

const tiers = new Set(["unit", "process", "broker", "catalogue", "tools", "docker"]);

/** The one file that may use each of these; its exports are how all others do. */
const onlyDoor = {
  chance: "test/support/chance.ts",
  paths: "test/support/paths.ts",
};

/** Files that hold the code of a program which sleeps. They do not sleep themselves. */
const programsThatSleep = [
  "test/broker/mutations/real-workers.test.ts",
  "test/broker/mutations/zombies.test.ts",
  "test/process/commands/cli.test.ts",
  "test/process/processes/connections.test.ts",
];

const files: SourceFile[] = readdirSync(inRepository("test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => sourceFile(join("test", name)))
  // The two that look for words have all of them.
  .filter(({ path }) => !path.startsWith("test/unit/architecture"));

describe("the tests", () => {
  it("lie in the folder of a tier, so that each of them runs", () => {
    const tests = pathsOf(files).filter((path) => path.endsWith(".test.ts"));
    expect(tests.filter((path) => !tiers.has(path.split("/")[1]!))).toEqual([]);
  });

  it("of the unit tier import no process, no build, no browser, and nobody who does", () => {
    const forbidden = /^(node:child_process|node:cluster|#build\/.*|lossbound(\/.*)?|playwright-core)$/;
    const against = files
      .filter(({ path }) => path.startsWith("test/unit/"))
      .flatMap((file) =>
        [...withAllThatItImports(file)].flatMap(({ path, imports }) =>
          imports.filter((name) => forbidden.test(name)).map((name) => `${file.path}: ${path} → ${name}`),
        ),
      );
    expect(against).toEqual([]);
  });

  it("draw from a chance whose seed is printed", () => {
    expect(pathsOf(files.filter(having(/Math\.random|\brandomInt\b/)))).toEqual([onlyDoor.chance]);
  });

  it("wait with the helpers of src/base/wait.ts, and never just sleep", () => {
    const sleeping = files.filter(having(/\bsetTimeout\b|timers\/promises|\bsleep\(/));
    expect(pathsOf(sleeping)).toEqual(programsThatSleep);
  });

  it("find the files of the repository from any working folder", () => {
    const call =
      /(?<![.\w])(?:readFile|writeFile|appendFile|copyFile|readdir|exists|stat|open|access|cp|rm|mkdir|mkdtemp)(?:Sync)?\(\s*["'`](?![/"'`$])/;
    const relative = files.filter(having(call));
    expect(pathsOf(relative)).toEqual([]);
    expect(pathsOf(files.filter(having(/process\.(cwd|chdir)\(/)))).toEqual([]);
    const own = files.filter(having(/new URL\([^)]*import\.meta/));
    expect(pathsOf(own)).toEqual([onlyDoor.paths]);
  });
});

function having(words: RegExp): (file: SourceFile) => boolean {
  return ({ text }) => words.test(withoutComments(text));
}

function pathsOf(found: readonly SourceFile[]): string[] {
  return found.map(({ path }) => path).toSorted();
}

/** A file, and the files of the tests that it reaches. */
function withAllThatItImports(file: SourceFile): Set<SourceFile> {
  const reached = new Set([file]);
  for (const one of reached) {
    for (const name of one.imports) {
      if (!name.startsWith("test/")) continue;
      const imported = files.find(({ path }) => path === name);
      if (imported !== undefined) reached.add(imported);
      else expect(existsSync(inRepository(name)), `${one.path} → ${name}`).toBe(true);
    }
  }
  return reached;
}

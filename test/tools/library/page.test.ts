import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { run } from "../../support/run-program.js";
import { inRepository, repository } from "../../support/paths.js";

/** The examples of the pages about the library, each as a file of its own inside of the package. */
const pages = readdirSync(inRepository("docs")).filter((name) => name.endsWith(".md"));
const examples = [...pages.map((name) => join("docs", name)), "README.md"].flatMap((path) =>
  [...readFileSync(inRepository(path), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => ({
    path,
    code,
  })),
);

test("the examples compile", async () => {
  using folder = aFolder();
  const files = examples.map(({ code }, place) => folder.write(`example-${place}.ts`, code));
  expect(files.length).toBeGreaterThan(3);

  expect(await compiled(files)).toEqual({ code: 0, stdout: "" });
  // The compiler did look at them.
  const wrong = folder.write("wrong.ts", examples[0]!.code.replaceAll("Scenario", "Scenarium"));
  expect((await compiled([wrong])).stdout).toContain("wrong.ts");
});

test("what the page shows is what its example prints", async () => {
  const page = readFileSync(inRepository("docs", "library.md"), "utf8");
  const [, code = "", shown] =
    /```ts\n((?:(?!```)[\s\S])*?ScenarioError[\s\S]*?)```\n\n {4}(.*)\n/.exec(page) ?? [];
  using folder = aFolder();
  const typescript = folder.write("typo.ts", code);
  await run(compiler, ["--ignoreConfig", ...options.filter((one) => one !== "--noEmit"), typescript], {
    cwd: repository,
  });
  const { stdout } = await run(process.execPath, [typescript.replace(/ts$/, "js")]);
  expect(stdout.trim()).toBe(shown);
});

const compiler = inRepository("node_modules", ".bin", "tsc");
const options = "--noEmit --strict --target es2023 --module nodenext --types node".split(" ");

async function compiled(files: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  const { code, stdout } = await run(compiler, ["--ignoreConfig", ...options, ...files], {
    cwd: repository,
  });
  return { code, stdout };
}

/** Inside of the package, whose own name leads to what was built. */
function aFolder(): Disposable & { write(name: string, text: string): string } {
  mkdirSync(inRepository("build"), { recursive: true });
  const path = mkdtempSync(inRepository("build", "examples-"));
  return {
    write(name, text) {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

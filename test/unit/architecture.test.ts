import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";
import { inRepository } from "../support/paths.js";
import { type SourceFile, sourceFile, withoutComments } from "../support/source-files.js";

/**
 * The stages in the order of the way of the data. A file imports from its own stage and from those
 * before it. The library are the files beside the folders, which put the stages together.
 */
const stages = [
  "base",
  "statistics",
  "scenario",
  "plan",
  "kafka",
  "processes",
  "environment",
  "ledger",
  "worker",
  "crew",
  "experiment",
  "verdict",
  "results",
  "views",
  "store",
  "report",
  "metrics",
  "library",
  "the library",
  "commands",
  "the command line",
];

/** What goes against the direction all the same, and why that does no harm. */
const exceptions = new Map<string, string>();

/** Switches over what people or the system may say: no union can be closed over that. */
const openSwitches = new Map([
  ["src/cli.ts", "the first word of a command line"],
  ["src/commands/line/run-settings.ts", "the value of --environment"],
  ["src/scenario/file/read.ts", "codes of system errors"],
]);

const linesMax = 320;

const files: SourceFile[] = readdirSync(inRepository("src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => sourceFile(join("src", name)));

describe("the source", () => {
  it("imports in one direction: from its own stage, and from stages before it", () => {
    const against = files.flatMap(({ path, imports }) =>
      imports
        .filter((imported) => imported.startsWith("src/") && stageOf(imported) > stageOf(path))
        .map((imported) => `${path} → ${imported}`),
    );

    expect(against).toEqual([...exceptions.keys()]);
  });

  it("has no folder that is not a stage", () => {
    expect(files.filter(({ path }) => stageOf(path) === -1).map(({ path }) => path)).toEqual([]);
  });

  it("has one door to each third-party package", () => {
    const doors = new Map<string, string[]>();
    for (const { path, imports } of files) {
      for (const name of new Set(imports.filter(isPackage).map(packageOf)))
        doors.set(name, [...(doors.get(name) ?? []), path]);
    }

    expect([...doors].filter(([, paths]) => paths.length !== 1)).toEqual([]);
    expect([...doors.keys()].toSorted()).toEqual(dependencies().toSorted());
  });

  it("has one door to the charts, in the page's own script", () => {
    const web = readdirSync(inRepository("web"))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => sourceFile(join("web", name)));
    const outside = web.flatMap(({ path, imports }) =>
      imports
        .filter((name) => isPackage(name) && !name.startsWith("web/"))
        .map((name) => [path, packageOf(name)]),
    );

    expect(new Set(outside.map(String))).toEqual(new Set(["web/echarts.ts,echarts"]));
  });

  it("re-exports nothing but the library's public names", () => {
    const barrels = files.filter(({ text }) => /^export\s+(type\s+)?(\*|\{[^}]*\})\s+from\s/m.test(text));

    expect(barrels.map(({ path }) => path)).toEqual(["src/index.ts"]);
  });

  it("has switches that name every case, so that the compiler finds the one that is missing", () => {
    const open = files.filter(({ text }) =>
      /^\s*default:\s*(\{|$|return|throw|break)/m.test(withoutComments(text)),
    );

    expect(open.map(({ path }) => path).toSorted()).toEqual([...openSwitches.keys()].toSorted());
  });

  it(`has no file of more than ${linesMax} lines`, () => {
    const long = files.map(({ path, text }) => [path, text.trimEnd().split("\n").length] as const);

    expect(long.filter(([, lines]) => lines > linesMax)).toEqual([]);
  });

  it("lets no stage of evidence or judgement know Kafka, processes, or the network", () => {
    const forbidden =
      /^(node:(net|tls|child_process|dgram|http|https)|src\/(kafka|worker|environment|experiment)\/.*)$/;
    const knowing = files
      .filter(({ path }) => /^src\/(base|statistics|scenario|plan|ledger|verdict)\//.test(path))
      .flatMap(({ path, imports }) =>
        imports.filter((imported) => forbidden.test(imported)).map((imported) => `${path} → ${imported}`),
      );

    // `isIP` tells what a text is: no network is asked.
    expect(knowing).toEqual(["src/base/address.ts → node:net"]);
  });

  it("judges without reading files or clocks", () => {
    const impure = files
      .filter(({ path }) => /^src\/(statistics|verdict)\//.test(path))
      .filter(
        ({ text, imports }) =>
          imports.some((name) => name.startsWith("node:")) ||
          /Date\.now|performance\.|Math\.random/.test(text),
      );

    expect(impure.map(({ path }) => path)).toEqual([]);
  });

  it("leaves nothing to chance but the seed and the run's name", () => {
    const random = files.filter(({ text }) =>
      /Math\.random|randomInt|randomBytes|randomUUID|getRandomValues/.test(withoutComments(text)),
    );

    expect(
      random
        .map(({ path }) => path)
        .filter((path) => /^src\/(plan|statistics|scenario|ledger|verdict|worker|experiment)\//.test(path)),
    ).toEqual([]);
  });
});

function stageOf(path: string): number {
  const parts = path.split("/");
  if (path === "src/cli.ts") return stages.indexOf("the command line");
  return stages.indexOf(parts.length === 2 ? "the library" : parts[1]!);
}

function isPackage(name: string): boolean {
  return !name.startsWith("src/") && !name.startsWith("node:") && !name.startsWith("#");
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

function dependencies(): string[] {
  const known = JSON.parse(readFileSync(inRepository("package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
  };
  return Object.keys({ ...known.dependencies, ...known.peerDependencies });
}

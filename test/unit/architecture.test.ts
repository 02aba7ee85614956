import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { describe, expect, it } from "vitest";
import { inRepository } from "../support/paths.js";
import { type SourceFile, sourceFile, withoutComments } from "../support/source-files.js";

/**
 * The rooms of the source, in the order in which data passes through them. A file imports from its own room and from
 * rooms before it; the files beside the rooms put them together.
 */
const rooms = (
  JSON.parse(readFileSync(inRepository("scripts", "rooms.json"), "utf8")) as { room: string }[]
).map(({ room }) => room);

/** Where a process begins: it imports from all of its stage, and nothing imports it. */
const entryPoints = ["src/processes/warden-main.ts", "src/worker/main.ts"];

/** The files beside the rooms. */
const doors = ["src/cli.ts", "src/index.ts", "src/vitest.ts"];

/** Switches over what people or the system may say: no union can be closed over that. */
const openSwitches = new Map([
  ["src/cli.ts", "the first word of a command line"],
  ["src/commands/line/run-settings.ts", "the value of --environment"],
  ["src/scenario/file/read.ts", "codes of system errors"],
]);

const linesMax = 320;
const filesMax = 16;

const files: SourceFile[] = readdirSync(inRepository("src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => sourceFile(join("src", name)));

describe("the source", () => {
  it("imports in one direction: from its own room, and from rooms before it", () => {
    const against = files
      .filter(({ path }) => !doors.includes(path))
      .flatMap(({ path, imports }) =>
        imports
          .filter((imported) => imported.startsWith("src/") && rankOf(imported) > rankOf(path))
          .map((imported) => `${path} → ${imported}`),
      );

    expect(against).toEqual([]);
  });

  it("imports no entry point and no door", () => {
    const imported = new Set(files.flatMap(({ path, imports }) => (path === "src/cli.ts" ? [] : imports)));

    expect([...entryPoints, ...doors].filter((path) => imported.has(path))).toEqual([]);
  });

  it("has no two files that import each other, over whatever detour", () => {
    const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
    const reachable = (from: string): Set<string> => {
      const found = new Set<string>();
      const next = [...(importsOf.get(from) ?? [])];
      for (let path = next.pop(); path !== undefined; path = next.pop()) {
        if (found.has(path)) continue;
        found.add(path);
        next.push(...(importsOf.get(path) ?? []));
      }
      return found;
    };

    expect(files.map(({ path }) => path).filter((path) => reachable(path).has(path))).toEqual([]);
  });

  it("has each file in a room that is listed, or among the doors", () => {
    const outside = files.map(({ path }) => path).filter((path) => !rooms.includes(roomOf(path)));

    expect(outside.toSorted()).toEqual(doors);
    expect(rooms.filter((room) => !files.some(({ path }) => roomOf(path) === room))).toEqual([]);
  });

  it(`has no room with more than ${filesMax} files`, () => {
    const counts = rooms.map((room) => [room, files.filter(({ path }) => roomOf(path) === room).length]);

    expect(counts.filter(([, count]) => Number(count) > filesMax)).toEqual([]);
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
      /^(node:(net|tls|child_process|dgram|http|https)|src\/(kafka|processes|worker|crew|environment|experiment)\/.*)$/;
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
        .filter((path) =>
          /^src\/(plan|statistics|scenario|ledger|verdict|worker|crew|experiment)\//.test(path),
        ),
    ).toEqual([]);
  });
});

function roomOf(path: string): string {
  return dirname(path).slice("src/".length);
}

function rankOf(path: string): number {
  const room = roomOf(path);
  if (!entryPoints.includes(path)) return rooms.indexOf(room);
  return rooms.findLastIndex((other) => other === room || other.startsWith(`${room}/`));
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

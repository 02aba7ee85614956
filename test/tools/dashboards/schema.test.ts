import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { defaultDashboard } from "@grafana/schema";
import { describe, expect, it } from "vitest";

import { dashboards } from "../../support/dashboard-outputs.js";
import { inRepository, repository } from "../../support/paths.js";

const schema = inRepository("test/support/dashboard-schema.js");

/** Text, names and colours, for which types accept any string. */
const freeText =
  /(^|\.)(uid|pluginVersion|title|displayName|url|description|name|label|query|refId|expr|legendFormat|interval|titleFormat|textFormat|tagKeys|tags|icon|tooltip|iconColor|color|fixedColor|scheme|fill|unit|text|calcs|fields|group|axisLabel|refresh|refresh_intervals|from|to|timezone|regex|allValue|current\.value|byField|sort\.field|sortBy\.displayName|renameByName\.[^.]*|matcher\.options|series\.name\.fixed|value:(unit|custom\.axisLabel))$/;

/** Maps with free keys. */
const freeKeys = /(mappings\.options|excludeByName|indexByName|renameByName)$/;

interface Place {
  /** Identifies the path, regardless of the dashboard and the panel. */
  key: string;
  path: (string | number)[];
  /** A dashboard with one panel. */
  dashboard: object;
}

interface Mutant {
  what: string;
  dashboard: unknown;
}

const places = [...placesOf(dashboards.flatMap(withOnePanelEach))];

describe("the dashboards, checked against Grafana's types", () => {
  it("compile", async () => {
    const wrong = await compile(dashboards.map((dashboard) => ({ what: dashboard.title, dashboard })));

    expect(wrong).toEqual(new Map());
  });

  it("have the current version of the schema", () => {
    expect(new Set(dashboards.map(({ schemaVersion }) => schemaVersion))).toEqual(
      new Set([defaultDashboard.schemaVersion]),
    );
  });

  it("have panels of every type in the closed list, so that each is tested below", () => {
    const types = new Set(dashboards.flatMap(({ panels }) => panels.map(({ type }) => type)));

    expect([...types].toSorted()).toEqual([
      "bargauge",
      "heatmap",
      "row",
      "stat",
      "state-timeline",
      "table",
      "timeseries",
      "xychart",
    ]);
  });

  it.each([
    ["an unknown key in any object", unknownKeys(), 60],
    ["a value of the wrong type anywhere", wrongTypes(), 250],
    ["an unknown value of any enum", unknownWords(), 60],
  ])("do not compile with %s", async (_what, mutants, atLeast) => {
    const wrong = await compile(mutants);

    expect(mutants.length).toBeGreaterThan(atLeast);
    expect(mutants.map(({ what }) => what).filter((what) => !wrong.has(what))).toEqual([]);
  });
});

function unknownKeys(): Mutant[] {
  return places
    .filter(({ key, path, dashboard }) => isObject(at(dashboard, path)) && !freeKeys.test(key))
    .map((place) => broken(place, { ...(at(place.dashboard, place.path) as object), noSuchKey: true }));
}

function wrongTypes(): Mutant[] {
  return leaves().map((place) =>
    broken(place, typeof at(place.dashboard, place.path) === "string" ? 7 : "7"),
  );
}

function unknownWords(): Mutant[] {
  return leaves()
    .filter(({ key, path, dashboard }) => typeof at(dashboard, path) === "string" && !freeText.test(key))
    .map((place) => broken(place, "no such word"));
}

function leaves(): Place[] {
  return places.filter(({ path, dashboard }) => {
    const found = at(dashboard, path);
    return !isObject(found) && !Array.isArray(found);
  });
}

function broken({ key, path, dashboard }: Place, value: unknown): Mutant {
  return { what: key, dashboard: replaced(dashboard, path, value) };
}

/** Keeps the first of equal paths, which stands for the same path in all panels. */
function placesOf(all: readonly { key: string; dashboard: object }[]): Iterable<Place> {
  const found = new Map<string, Place>();
  for (const { key, dashboard } of all) {
    walk(dashboard, [], key, (path, place) => {
      if (!found.has(place)) found.set(place, { key: place, path, dashboard });
    });
  }
  return found.values();
}

function withOnePanelEach(dashboard: (typeof dashboards)[number]): { key: string; dashboard: object }[] {
  return dashboard.panels.map((panel) => ({
    key: panel.type,
    dashboard: { ...dashboard, panels: [panel] },
  }));
}

function walk(
  value: unknown,
  path: (string | number)[],
  key: string,
  see: (path: (string | number)[], key: string) => void,
): void {
  see(path, key);
  if (Array.isArray(value)) value.forEach((item, place) => walk(item, [...path, place], key, see));
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value))
    walk(inner, [...path, name], keyBelow(key, name, value), see);
}

/** The type of an override's value depends on its id, so each id counts as a path of its own. */
function keyBelow(key: string, name: string, parent: object): string {
  if (name === "value" && "id" in parent) return `${key}.value:${String(parent.id)}`;
  // The frame of a dashboard is the same for all of its panels.
  const isFrame = !key.includes(".") && name !== "panels";
  return isFrame ? `dashboard.${name}` : `${key}.${name}`;
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((inner, name) => (inner as Record<string | number, unknown>)[name], value);
}

function replaced(value: unknown, [first, ...rest]: readonly (string | number)[], leaf: unknown): unknown {
  if (first === undefined) return leaf;
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  (copy as Record<string | number, unknown>)[first] = replaced(at(value, [first]), rest, leaf);
  return copy;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the errors of the compiler for each rejected dashboard. */
async function compile(mutants: readonly Mutant[]): Promise<Map<string, string>> {
  mkdirSync(inRepository("build"), { recursive: true });
  const folder = mkdtempSync(inRepository("build/dashboards-"));
  try {
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: inRepository("test/tsconfig.json"),
        compilerOptions: { rootDir: repository },
        include: ["*.ts"],
      }),
    );
    mutants.forEach(({ dashboard }, place) => {
      writeFileSync(
        join(folder, `${place}.ts`),
        `import type { ShippedDashboard } from ${JSON.stringify(schema)};\n` +
          `export const dashboard = (${JSON.stringify(dashboard, null, 1)}) satisfies ShippedDashboard;\n`,
      );
    });
    const said = await typescript(["--project", folder, "--pretty", "false"]);
    const wrong = new Map<string, string>();
    for (const line of said.split("\n")) {
      if (!line.includes("error TS")) continue;
      const [, place] = /(?:^|\/)dashboards-[^/]+\/(\d+)\.ts\(/.exec(line) ?? [];
      // An error outside the dashboards would make all mutants look broken, or none.
      if (place === undefined) throw new Error(`the compiler: ${line}`);
      wrong.set(mutants[Number(place)]!.what, line);
    }
    return wrong;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function typescript(args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const command = inRepository("node_modules/typescript/bin/tsc");
    const options = { cwd: repository, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [command, ...args], options, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
}

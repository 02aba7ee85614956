import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";

import { startGrafana } from "../../../src/environment/grafana.js";
import type { WebServer } from "../../../src/environment/web-server.js";
import { openHosting } from "../../../src/environment/hosting.js";
import { readModel, root } from "../../support/compose-model.js";
import { type GrafanaSays, fakeGrafana } from "../../support/fake-grafana.js";
import { fakeTool, scratchCache } from "../../support/programs.js";

const { signal } = new AbortController();
const dashboards = fileURLToPath(new URL("../../../dashboards/out", import.meta.url));
const composed = readModel().services["grafana"]!.environment!;
const home = join(dashboards, "loss-and-throughput.json");

let folder: string;
beforeEach(() => {
  folder = scratchCache();
});

async function start(
  command: string,
  look: (grafana: WebServer, says: GrafanaSays) => Promise<void> | void,
): Promise<void> {
  await using hosting = await openHosting(() => {});
  const prometheus = "http://127.0.0.1:9090";
  await using grafana = await startGrafana(hosting, {
    command,
    prometheus,
    everyMs: 1_000,
    dashboards,
    home,
    signal,
  });
  await look(grafana, (await (await fetch(grafana.url)).json()) as GrafanaSays);
}

describe("a Grafana", () => {
  it("starts with the files of its archive", async () => {
    const command = fakeGrafana(join(folder, "grafana"));

    await start(command, (_, { args }) =>
      expect(args).toEqual(["server", "--homepath", join(folder, "grafana")]),
    );
  });

  it("starts as Homebrew installs it: a link on PATH, and its files under share", async () => {
    const cellar = join(folder, "Cellar/grafana/13");
    const program = fakeGrafana(cellar, join(cellar, "share/grafana"));
    mkdirSync(join(folder, "bin"));
    const command = join(folder, "bin/grafana");
    symlinkSync(program, command);

    await start(command, (_, { args }) =>
      expect(args).toEqual(["server", "--homepath", join(cellar, "share/grafana")]),
    );
  });

  it("starts as Debian installs it: the program itself, not the script on PATH", async () => {
    const share = join(folder, "usr/share/grafana");
    const program = fakeGrafana(share);
    fakeTool(
      join(folder, "usr/sbin"),
      "grafana",
      `shift; exec ${program} server --homepath=${share} --config=/etc/grafana/grafana.ini "$@"`,
    );

    await start(join(folder, "usr/sbin/grafana"), (_, { args }) =>
      expect(args).toEqual(["server", "--homepath", share]),
    );
  });

  it("starts as one that has no other program than grafana-server", async () => {
    const place = join(folder, "grafana");
    const command = fakeGrafana(place, place, "grafana-server");

    await start(command, (_, { args }) => expect(args).toEqual(["--homepath", place]));
  });

  it("is refused where its files are nowhere", async () => {
    const command = fakeGrafana(folder, join(folder, "elsewhere"));

    await expect(start(command, () => {})).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringContaining(`no conf/defaults.ini in ${folder}, ${folder}/share/grafana,`),
    });
  });

  it("takes another port where its port was taken meanwhile", async () => {
    const place = join(folder, "grafana");
    const program = fakeGrafana(place);
    const ports = join(folder, "ports");
    const complaint = "listen tcp: bind: address already in use";
    writeFileSync(ports, "");
    // Its own home is what it is started from: the first start fails, the second goes on.
    const real = join(place, "bin/real");
    writeFileSync(real, readFileSync(program), { mode: 0o755 });
    fakeTool(
      join(place, "bin"),
      "grafana",
      `[ -s ${ports} ]; first=$?; echo $GF_SERVER_HTTP_PORT >> ${ports}
       [ $first = 0 ] || { echo "${complaint}"; exit 1; }
       exec ${real} "$@"`,
    );

    await start(program, ({ url }) => {
      const tried = readFileSync(ports, "utf8").trim().split("\n");
      expect(tried.length).toBe(2);
      expect(tried[0]).not.toBe(tried[1]);
      expect(new URL(url).port).toBe(tried[1]);
    });
  });

  it("is as docker-compose.yml has it, but for its places", async () => {
    const homeKey = "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH";
    let provisioning = "";

    await start(fakeGrafana(join(folder, "grafana")), (_, { env }) => {
      const ofItsPlace = /^GF_(PATHS|SERVER)_/;
      const settings = Object.entries(env).filter(([key]) => !ofItsPlace.test(key) && key !== homeKey);
      expect({ ...Object.fromEntries(settings), [homeKey]: composed[homeKey] }).toEqual(composed);
      expect(basename(env[homeKey]!)).toBe(basename(composed[homeKey]!));
      expect(existsSync(env[homeKey]!)).toBe(true);

      provisioning = env["GF_PATHS_PROVISIONING"]!;
      expect(provisioned("datasources", "datasources")).toEqual({
        ...composedAs("datasources"),
        url: "http://127.0.0.1:9090",
      });
      expect(provisioned("dashboards", "providers")).toEqual({
        ...composedAs("dashboards"),
        options: { path: dashboards },
      });
    });
    expect(existsSync(dirname(provisioning))).toBe(false);

    function provisioned(what: string, list: string): unknown {
      const text = readFileSync(join(provisioning, what, "lossbound.yaml"), "utf8");
      return (JSON.parse(text) as Record<string, unknown[]>)[list]![0];
    }
  });
});

function composedAs(what: "datasources" | "dashboards"): object {
  const text = readFileSync(join(root, `docker/grafana/${what}.yml`), "utf8");
  const { datasources, providers } = parse(text) as Record<"datasources" | "providers", object[]>;
  return (datasources ?? providers)[0]!;
}

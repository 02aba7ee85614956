import { readFileSync, existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { expect, it } from "vitest";
import { parse } from "yaml";

import { readModel } from "../../../support/compose-model.js";
import { fakeGrafana, startAndAsk, dashboards } from "../../../support/fake-grafana.js";
import { inRepository } from "../../../support/paths.js";
import { scratchCache } from "../../../support/programs.js";
import { toolForTests } from "../../../support/tools.js";

const go = toolForTests("go");

it.skipIf(go === undefined)(
  "startGrafana uses the same settings as docker-compose.yml, except for folders and ports",
  async () => {
    const composed = readModel().services["grafana"]!.environment!;
    const homeKey = "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH";
    let provisioning = "";

    await startAndAsk(fakeGrafana(join(scratchCache(), "grafana")), (_, { env }) => {
      const foldersAndPorts = /^GF_(PATHS|SERVER)_/;
      const settings = Object.entries(env).filter(([key]) => !foldersAndPorts.test(key) && key !== homeKey);
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
  },
);

function composedAs(what: "datasources" | "dashboards"): object {
  const text = readFileSync(inRepository("docker", "grafana", `${what}.yml`), "utf8");
  const { datasources, providers } = parse(text) as Record<"datasources" | "providers", object[]>;
  return (datasources ?? providers)[0]!;
}

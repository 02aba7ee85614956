import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeEach, describe, expect, it } from "vitest";

import { fakeGrafana, startAndAsk } from "../../../support/fake-grafana.js";
import { fakeTool, scratchCache } from "../../../support/programs.js";

let folder: string;
beforeEach(() => {
  folder = scratchCache();
});

describe("a Grafana", () => {
  it("starts with the files of its archive", async () => {
    const command = fakeGrafana(join(folder, "grafana"));

    await startAndAsk(command, (_, { args }) =>
      expect(args).toEqual(["server", "--homepath", join(folder, "grafana")]),
    );
  });

  it("starts as installed by Homebrew, with a link on PATH and its files in share", async () => {
    const cellar = join(folder, "Cellar/grafana/13");
    const program = fakeGrafana(cellar, join(cellar, "share/grafana"));
    mkdirSync(join(folder, "bin"));
    const command = join(folder, "bin/grafana");
    symlinkSync(program, command);

    await startAndAsk(command, (_, { args }) =>
      expect(args).toEqual(["server", "--homepath", join(cellar, "share/grafana")]),
    );
  });

  it("starts as installed by Debian, with the program itself instead of the script on PATH", async () => {
    const share = join(folder, "usr/share/grafana");
    const program = fakeGrafana(share);
    fakeTool(
      join(folder, "usr/sbin"),
      "grafana",
      `shift; exec ${program} server --homepath=${share} --config=/etc/grafana/grafana.ini "$@"`,
    );

    await startAndAsk(join(folder, "usr/sbin/grafana"), (_, { args }) =>
      expect(args).toEqual(["server", "--homepath", share]),
    );
  });

  it("starts as an installation that has only the program grafana-server", async () => {
    const home = join(folder, "grafana");
    const command = fakeGrafana(home, home, "grafana-server");

    await startAndAsk(command, (_, { args }) => expect(args).toEqual(["--homepath", home]));
  });

  it("causes an error if its files are not found", async () => {
    const command = fakeGrafana(folder, join(folder, "elsewhere"));

    await expect(startAndAsk(command, () => {})).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringContaining(
        `conf/defaults.ini was not found in ${folder}, ${folder}/share/grafana,`,
      ),
    });
  });

  it("uses another port if its port is taken before it starts", async () => {
    const home = join(folder, "grafana");
    const program = fakeGrafana(home);
    const ports = join(folder, "ports");
    const message = "listen tcp: bind: address already in use";
    writeFileSync(ports, "");
    // The script replaces the program in its own home: its first start fails, its second one
    // succeeds.
    const real = join(home, "bin/real");
    writeFileSync(real, readFileSync(program), { mode: 0o755 });
    fakeTool(
      join(home, "bin"),
      "grafana",
      `[ -s ${ports} ]; first=$?; echo $GF_SERVER_HTTP_PORT >> ${ports}
       [ $first = 0 ] || { echo "${message}"; exit 1; }
       exec ${real} "$@"`,
    );

    await startAndAsk(program, ({ url }) => {
      const tried = readFileSync(ports, "utf8").trim().split("\n");
      expect(tried.length).toBe(2);
      expect(tried[0]).not.toBe(tried[1]);
      expect(new URL(url).port).toBe(tried[1]);
    });
  });
});

import { execFile } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Laboratory, openLaboratory } from "../../support/laboratory.js";
import { type SecuredBroker, startSecuredBroker, user } from "./secured-broker.js";
import { cli, inRepository } from "../../support/paths.js";

/** A cluster with TLS and SASL, behind proxies that know about neither. */
describe("a secured cluster", () => {
  let lab: Laboratory;
  let broker: SecuredBroker;
  beforeAll(async () => {
    lab = await openLaboratory();
    broker = await startSecuredBroker(lab, join(lab.out, "broker"));
  });
  afterAll(async () => {
    await broker?.[Symbol.asyncDispose]();
    await lab[Symbol.asyncDispose]();
  });

  it("is used with settings from the environment, and no secret is written to any file", async () => {
    const out = join(lab.out, "results");
    const { stdout, stderr } = await lossbound(out, { LOSSBOUND_SASL_PASSWORD: user.password });
    const [result] = JSON.parse(stdout) as {
      verdict: string;
      reasons: string[];
      faults: { probe: string }[];
    }[];

    expect(result!.verdict, result!.reasons.join("; ")).toBe("held");
    expect(result!.faults[0]!.probe).toMatch(/silence/);
    const written = [stdout, stderr, ...filesIn(out).map((file) => readFileSync(file, "latin1"))];
    expect(written.filter((text) => text.includes(user.password))).toEqual([]);
  });

  it("rejects a wrong password with an error, not with a loss", async () => {
    const running = lossbound(join(lab.out, "refused"), { LOSSBOUND_SASL_PASSWORD: "wrong-6620" });

    await expect(running).rejects.toMatchObject({
      code: 3,
      stdout: "[]\n",
      stderr: expect.stringMatching(/^(?![\s\S]*wrong-6620)[\s\S]*cannot reach a broker/),
    });
  });

  async function lossbound(
    out: string,
    password: Record<string, string>,
  ): Promise<{ stdout: string; stderr: string }> {
    const place = ["--brokers", broker.address, "--toxiproxy", lab.environment.toxiproxy];
    const args = [
      cli,
      "run",
      inRepository("test", "broker", "run", "secured.yaml"),
      ...place,
      "--out",
      out,
      "--json",
    ];
    const security = {
      LOSSBOUND_TLS: "1",
      LOSSBOUND_TLS_CA: broker.certificate,
      LOSSBOUND_SASL_MECHANISM: "plain",
      LOSSBOUND_SASL_USERNAME: user.name,
      ...password,
    };
    return await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...security } });
  }
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

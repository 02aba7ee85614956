import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { LossboundError } from "../../../src/base/errors.js";
import { securityFromEnvironment } from "../../../src/kafka/security.js";

const sasl = {
  LOSSBOUND_SASL_MECHANISM: "scram-sha-512",
  LOSSBOUND_SASL_USERNAME: "the-user",
  LOSSBOUND_SASL_PASSWORD: "the-password",
};

describe("security settings", () => {
  it("are undefined without environment variables", () => {
    expect(securityFromEnvironment({})).toBeUndefined();
    expect(securityFromEnvironment({ LOSSBOUND_TLS: "0" })).toBeUndefined();
    expect(securityFromEnvironment({ LOSSBOUND_TLS: "" })).toBeUndefined();
  });

  it("include mechanism, user and password of SASL, with the mechanism in upper or lower case", () => {
    expect(securityFromEnvironment({ ...sasl, LOSSBOUND_SASL_MECHANISM: "SCRAM-SHA-512" })).toEqual({
      tls: undefined,
      sasl: { mechanism: "scram-sha-512", username: "the-user", password: "the-password" },
    });
  });

  it("enable TLS with the machine's certificates, or with the given ones", () => {
    const folder = mkdtempSync(join(tmpdir(), "lossbound-security-"));
    try {
      const ca = join(folder, "ca.pem");
      writeFileSync(ca, "a certificate");

      expect(securityFromEnvironment({ LOSSBOUND_TLS: "1" })?.tls).toEqual({});
      expect(securityFromEnvironment({ LOSSBOUND_TLS: "1", LOSSBOUND_TLS_CA: ca })?.tls).toEqual({
        ca: Buffer.from("a certificate"),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const incomplete: [string, NodeJS.ProcessEnv, string][] = [
    [
      "a certificate without TLS",
      { LOSSBOUND_TLS_CA: "/secret/ca" },
      "LOSSBOUND_TLS_CA requires LOSSBOUND_TLS=1",
    ],
    [
      "a key with TLS turned off",
      { LOSSBOUND_TLS: "0", LOSSBOUND_TLS_KEY: "/secret/key" },
      "LOSSBOUND_TLS_KEY requires LOSSBOUND_TLS=1",
    ],
    ["TLS that is neither on nor off", { LOSSBOUND_TLS: "secret" }, "LOSSBOUND_TLS: expected 1"],
    [
      "a user without a password",
      { ...sasl, LOSSBOUND_SASL_PASSWORD: undefined },
      "LOSSBOUND_SASL_PASSWORD is required for SASL",
    ],
    [
      "an empty password",
      { ...sasl, LOSSBOUND_SASL_PASSWORD: "" },
      "LOSSBOUND_SASL_PASSWORD is required for SASL",
    ],
    [
      "a password alone",
      { LOSSBOUND_SASL_PASSWORD: "secret" },
      "LOSSBOUND_SASL_MECHANISM and LOSSBOUND_SASL_USERNAME are required for SASL",
    ],
    [
      "an unknown mechanism",
      { ...sasl, LOSSBOUND_SASL_MECHANISM: "secret" },
      "LOSSBOUND_SASL_MECHANISM: expected one of plain, ",
    ],
  ];
  it.each(incomplete)(
    "cause an error with the variable's name but without its value, when they contain %s",
    (_, environment, message) => {
      const error = refusalOf(environment);

      expect(error.code).toBe("USAGE");
      expect(error.message).toContain(message);
      expect(`${error.message} ${error.detail}`).not.toMatch(/secret|the-password|the-user/);
    },
  );

  it("cause an error with the path of a file that cannot be read", () => {
    const error = refusalOf({ LOSSBOUND_TLS: "1", LOSSBOUND_TLS_CERT: "/no/such/cert.pem" });

    expect(error.message).toBe('LOSSBOUND_TLS_CERT: cannot read the file "/no/such/cert.pem"');
  });
});

function refusalOf(environment: NodeJS.ProcessEnv): LossboundError {
  try {
    securityFromEnvironment(environment);
  } catch (error) {
    if (error instanceof LossboundError) return error;
    throw error;
  }
  throw new Error("the settings were accepted");
}

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
  it("are none where the environment has none", () => {
    expect(securityFromEnvironment({})).toBeUndefined();
    expect(securityFromEnvironment({ LOSSBOUND_TLS: "0" })).toBeUndefined();
    expect(securityFromEnvironment({ LOSSBOUND_TLS: "" })).toBeUndefined();
  });

  it("are SASL's three, its mechanism in any case", () => {
    expect(securityFromEnvironment({ ...sasl, LOSSBOUND_SASL_MECHANISM: "SCRAM-SHA-512" })).toEqual({
      tls: undefined,
      sasl: { mechanism: "scram-sha-512", username: "the-user", password: "the-password" },
    });
  });

  it("are TLS with the certificates of the machine, or with those that are named", () => {
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
      "LOSSBOUND_TLS_CA is set, but LOSSBOUND_TLS is not 1",
    ],
    [
      "a key with TLS turned off",
      { LOSSBOUND_TLS: "0", LOSSBOUND_TLS_KEY: "/secret/key" },
      "LOSSBOUND_TLS_KEY is set, but",
    ],
    ["TLS that is neither on nor off", { LOSSBOUND_TLS: "secret" }, "LOSSBOUND_TLS must be 1"],
    [
      "a user without a password",
      { ...sasl, LOSSBOUND_SASL_PASSWORD: undefined },
      "SASL needs LOSSBOUND_SASL_PASSWORD as well",
    ],
    [
      "an empty password",
      { ...sasl, LOSSBOUND_SASL_PASSWORD: "" },
      "SASL needs LOSSBOUND_SASL_PASSWORD as well",
    ],
    [
      "a password alone",
      { LOSSBOUND_SASL_PASSWORD: "secret" },
      "SASL needs LOSSBOUND_SASL_MECHANISM and LOSSBOUND_SASL_USERNAME as well",
    ],
    [
      "a mechanism that is unknown",
      { ...sasl, LOSSBOUND_SASL_MECHANISM: "secret" },
      "LOSSBOUND_SASL_MECHANISM must be one of plain, ",
    ],
  ];
  it.each(incomplete)(
    "that are incomplete are refused by the variable's name, never its value: %s",
    (_, environment, message) => {
      const error = refusalOf(environment);

      expect(error.code).toBe("USAGE");
      expect(error.message).toContain(message);
      expect(`${error.message} ${error.detail}`).not.toMatch(/secret|the-password|the-user/);
    },
  );

  it("name the file that cannot be read, which is no secret", () => {
    const error = refusalOf({ LOSSBOUND_TLS: "1", LOSSBOUND_TLS_CERT: "/no/such/cert.pem" });

    expect(error.message).toBe("LOSSBOUND_TLS_CERT names a file that cannot be read: /no/such/cert.pem");
  });
});

function refusalOf(environment: NodeJS.ProcessEnv): LossboundError {
  try {
    securityFromEnvironment(environment);
  } catch (error) {
    if (error instanceof LossboundError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

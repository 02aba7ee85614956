import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";

import { LossboundError } from "../base/errors.js";

/** TLS and SASL settings. Must never appear in a plan, a result, a log or a metric. */
export interface Security {
  tls: ConnectionOptions | undefined;
  sasl: { mechanism: SaslMechanism; username: string; password: string } | undefined;
}

const mechanisms = ["plain", "scram-sha-256", "scram-sha-512"] as const;
export type SaslMechanism = (typeof mechanisms)[number];

/**
 * Reads TLS and SASL settings from the environment:
 *
 * - `LOSSBOUND_TLS=1` turns TLS on; `LOSSBOUND_TLS_CA`, `LOSSBOUND_TLS_CERT` and `LOSSBOUND_TLS_KEY`
 *   are paths of PEM files;
 * - `LOSSBOUND_SASL_MECHANISM` is plain, scram-sha-256 or scram-sha-512, with
 *   `LOSSBOUND_SASL_USERNAME` and `LOSSBOUND_SASL_PASSWORD`.
 *
 * @throws LossboundError `USAGE` if they are invalid or incomplete; it names the variable, but
 *   never the value of a secret.
 */
export function securityFromEnvironment(environment: NodeJS.ProcessEnv = process.env): Security | undefined {
  const tls = tlsFrom(environment);
  const sasl = saslFrom(environment);
  return tls === undefined && sasl === undefined ? undefined : { tls, sasl };
}

function tlsFrom(environment: NodeJS.ProcessEnv): ConnectionOptions | undefined {
  const files = { ca: "LOSSBOUND_TLS_CA", cert: "LOSSBOUND_TLS_CERT", key: "LOSSBOUND_TLS_KEY" } as const;
  const wanted = environment["LOSSBOUND_TLS"];
  if (wanted === undefined || wanted === "" || wanted === "0") {
    const set = Object.values(files).find((name) => environment[name] !== undefined);
    if (set !== undefined) throw new LossboundError("USAGE", `${set} requires LOSSBOUND_TLS=1`);
    return undefined;
  }
  if (wanted !== "1")
    throw new LossboundError("USAGE", "LOSSBOUND_TLS: expected 1 for TLS, or 0 or unset for plain text");
  const options: ConnectionOptions = {};
  for (const [option, name] of Object.entries(files) as [keyof typeof files, string][]) {
    const path = environment[name];
    if (path === undefined) continue;
    try {
      options[option] = readFileSync(path);
    } catch (error) {
      throw new LossboundError("USAGE", `${name}: cannot read the file "${path}"`, {
        cause: error,
      });
    }
  }
  return options;
}

function saslFrom(environment: NodeJS.ProcessEnv): Security["sasl"] {
  const names = ["LOSSBOUND_SASL_MECHANISM", "LOSSBOUND_SASL_USERNAME", "LOSSBOUND_SASL_PASSWORD"] as const;
  const [mechanism, username, password] = names.map((name) => environment[name]);
  if (mechanism === undefined && username === undefined && password === undefined) return undefined;
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) {
    const required = `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} required for SASL`;
    throw new LossboundError("USAGE", required);
  }
  const known = mechanisms.find((name) => name === mechanism!.toLowerCase());
  if (known === undefined) {
    throw new LossboundError("USAGE", `LOSSBOUND_SASL_MECHANISM: expected one of ${mechanisms.join(", ")}`);
  }
  return { mechanism: known, username: username!, password: password! };
}

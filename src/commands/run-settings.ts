import { statSync } from "node:fs";

import { usageError } from "./usage-error.js";

/** Where and on what to run, after the options were found to go together. */
export interface RunSettings {
  environment: "local" | "external";
  out: string;
  brokers?: string[];
  toxiproxy?: string;
  proxyHost?: string;
}

/** What was written on the command line. */
export interface WrittenSettings {
  environment: string | undefined;
  brokers: string | undefined;
  toxiproxy: string | undefined;
  "proxy-host": string | undefined;
  out: string | undefined;
}

/**
 * Addresses name a cluster that exists, so they say `external` by themselves.
 *
 * @throws LossboundError `USAGE` with everything that is wrong.
 */
export function readRunSettings(written: WrittenSettings): RunSettings {
  const addresses = (["brokers", "toxiproxy", "proxy-host"] as const).filter(
    (name) => written[name] !== undefined,
  );
  const environment = written.environment ?? (addresses.length > 0 ? "external" : "local");
  const out = written.out ?? "lossbound-results";
  const problems = [...problemsOf(environment, addresses, written), ...problemsOfFolder(out)];
  if (problems.length > 0) throw usageError(problems, "run");
  const { brokers, toxiproxy } = written;
  const proxyHost = written["proxy-host"];
  return {
    environment: environment === "external" ? "external" : "local",
    out,
    ...(brokers !== undefined && { brokers: listOf(brokers) }),
    ...(toxiproxy !== undefined && { toxiproxy }),
    ...(proxyHost !== undefined && { proxyHost }),
  };
}

function problemsOf(environment: string, addresses: readonly string[], written: WrittenSettings): string[] {
  switch (environment) {
    case "local":
      return addresses.map((name) => `--${name} belongs to --environment external; local starts its own`);
    case "external":
      return [
        ...(written.brokers === undefined ? ["--environment external needs --brokers HOST:PORT,…"] : []),
        ...(written.toxiproxy === undefined ? ["--environment external needs --toxiproxy URL"] : []),
        ...listOf(written.brokers ?? "")
          .filter((address) => !isAddress(address))
          .map(
            (address) => `--brokers has "${address}", and takes HOST:PORT, several with commas between them`,
          ),
        ...(written.toxiproxy !== undefined && !isUrl(written.toxiproxy)
          ? [
              `--toxiproxy is "${written.toxiproxy}", and must be the URL of its API, such as http://127.0.0.1:8474`,
            ]
          : []),
      ];
    default:
      return [`--environment is "${environment}", and must be local or external`];
  }
}

function problemsOfFolder(out: string): string[] {
  const found = statSync(out, { throwIfNoEntry: false });
  return found === undefined || found.isDirectory() ? [] : [`--out is "${out}", which is no folder`];
}

function listOf(written: string): string[] {
  return written === "" ? [] : written.split(",").map((address) => address.trim());
}

/** `host:port`, or `[::1]:port`. */
function isAddress(written: string): boolean {
  const port = Number(/^(?:[^\s:/[\]]+|\[[0-9a-fA-F:.]+\]):([0-9]{1,5})$/u.exec(written)?.[1]);
  return port >= 1 && port <= 65_535;
}

function isUrl(written: string): boolean {
  return URL.canParse(written) && ["http:", "https:"].includes(new URL(written).protocol);
}

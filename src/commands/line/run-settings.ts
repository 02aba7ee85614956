import { readAddress } from "../../base/address.js";
import { readOrigin, withoutUserinfo } from "../../base/origin.js";
import type { Options } from "./command-line.js";
import { usageError } from "./usage-error.js";

const kinds = ["local", "docker", "external"] as const;
type Kind = (typeof kinds)[number];

/** The environment and the folder for results, after validation. */
export interface RunSettings {
  environment: Kind;
  out: string;
  brokers?: string[];
  toxiproxy?: string;
  proxyHost?: string;
}

/** Options shared by all commands that run scenarios. */
export const runOptions = {
  environment: {
    value: "KIND",
    description: "local (default, starts broker and proxy), docker (Compose) or external",
  },
  brokers: { value: "HOST:PORT,…", description: "Brokers of an external cluster" },
  toxiproxy: { value: "URL", description: "URL of the API of an external Toxiproxy" },
  "proxy-host": {
    value: "HOST",
    description: "Host on which a running Toxiproxy listens for the workers",
  },
  seed: {
    value: "N",
    description: "Seed for all random choices (default: drawn at random)",
  },
  out: { value: "DIR", description: "Folder for results (default: lossbound-results)" },
  json: { description: "Print a JSON array of results and nothing else" },
  quiet: { description: "Hide progress; errors and end-of-run waits are still printed" },
} as const satisfies Options;

/** The options as given on the command line. */
export interface WrittenSettings {
  environment: string | undefined;
  brokers: string | undefined;
  toxiproxy: string | undefined;
  "proxy-host": string | undefined;
  out: string | undefined;
}

/**
 * Validates the environment options. Any address implies `--environment external`, since it names
 * an existing cluster.
 *
 * @throws LossboundError `USAGE` with all problems.
 */
export function readRunSettings(written: WrittenSettings, command: string): RunSettings {
  const addresses = (["brokers", "toxiproxy", "proxy-host"] as const).filter(
    (name) => written[name] !== undefined,
  );
  const environment = written.environment ?? (addresses.length > 0 ? "external" : "local");
  const out = written.out ?? "lossbound-results";
  const problems = problemsOf(environment, addresses, written);
  if (problems.length > 0) throw usageError(problems, command);
  const { brokers, toxiproxy } = written;
  const proxyHost = written["proxy-host"];
  return {
    environment: kinds.find((kind) => kind === environment) ?? "local",
    out,
    ...(brokers !== undefined && { brokers: listOf(brokers) }),
    ...(toxiproxy !== undefined && { toxiproxy }),
    ...(proxyHost !== undefined && { proxyHost }),
  };
}

function problemsOf(environment: string, addresses: readonly string[], written: WrittenSettings): string[] {
  switch (environment) {
    case "local":
      return addresses.map(
        (name) => `--${name} cannot be used with --environment local, which starts its own broker and proxy`,
      );
    case "docker":
      return addresses
        .filter((name) => name !== "proxy-host")
        .map((name) => `--${name} cannot be used with --environment docker, which uses docker-compose.yml`);
    case "external":
      return [
        ...(written.brokers === undefined ? ["--environment external requires --brokers HOST:PORT,…"] : []),
        ...(written.toxiproxy === undefined ? ["--environment external requires --toxiproxy URL"] : []),
        ...listOf(written.brokers ?? "")
          .filter((address) => readAddress(address) === undefined)
          .map((address) => `--brokers: expected a comma-separated list of HOST:PORT, got "${address}"`),
        ...(written.toxiproxy !== undefined && readOrigin(written.toxiproxy) === undefined
          ? [
              `--toxiproxy: expected the URL of its API, such as http://127.0.0.1:8474, got "${withoutUserinfo(written.toxiproxy)}"`,
            ]
          : []),
      ];
    default:
      return [`--environment: expected local, docker or external, got "${environment}"`];
  }
}

function listOf(written: string): string[] {
  return written === "" ? [] : written.split(",").map((address) => address.trim());
}

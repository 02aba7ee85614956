import { readAddress } from "../../base/address.js";
import { readOrigin, withoutUserinfo } from "../../base/origin.js";
import type { Options } from "./command-line.js";
import { usageError } from "./usage-error.js";

const kinds = ["local", "docker", "external"] as const;
type Kind = (typeof kinds)[number];

/** Where and on what to run, after the options were found to go together. */
export interface RunSettings {
  environment: Kind;
  out: string;
  brokers?: string[];
  toxiproxy?: string;
  proxyHost?: string;
}

/** The options of each command that runs scenarios. */
export const runOptions = {
  environment: {
    value: "KIND",
    description: "local (default: starts broker and proxy itself), docker (docker-compose.yml) or external.",
  },
  brokers: { value: "HOST:PORT,…", description: "Brokers of an external cluster." },
  toxiproxy: { value: "URL", description: "API of an external Toxiproxy." },
  "proxy-host": {
    value: "HOST",
    description: "Where a Toxiproxy that runs already is to listen for the workers.",
  },
  seed: {
    value: "N",
    description: "Repeats the chance of a run; drawn at random where it is not given.",
  },
  out: { value: "DIR", description: "Where results are written (default: lossbound-results)." },
  json: { description: "Print a JSON array of results, and nothing else." },
  quiet: { description: "No progress: only errors, and what is waited for at the end." },
} as const satisfies Options;

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
      return addresses.map((name) => `--${name} belongs to --environment external; local starts its own`);
    case "docker":
      return addresses
        .filter((name) => name !== "proxy-host")
        .map((name) => `--${name} belongs to --environment external; those of docker-compose.yml are known`);
    case "external":
      return [
        ...(written.brokers === undefined ? ["--environment external needs --brokers HOST:PORT,…"] : []),
        ...(written.toxiproxy === undefined ? ["--environment external needs --toxiproxy URL"] : []),
        ...listOf(written.brokers ?? "")
          .filter((address) => readAddress(address) === undefined)
          .map(
            (address) => `--brokers has "${address}", and takes HOST:PORT, several with commas between them`,
          ),
        ...(written.toxiproxy !== undefined && readOrigin(written.toxiproxy) === undefined
          ? [
              `--toxiproxy is "${withoutUserinfo(written.toxiproxy)}", and must be the URL of its API, such as http://127.0.0.1:8474`,
            ]
          : []),
      ];
    default:
      return [`--environment is "${environment}", and must be local, docker or external`];
  }
}

function listOf(written: string): string[] {
  return written === "" ? [] : written.split(",").map((address) => address.trim());
}

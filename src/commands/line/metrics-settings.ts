import { isHost, withoutBrackets } from "../../base/address.js";
import { withoutUserinfo } from "../../base/origin.js";
import type { Publishing } from "../../metrics/publish.js";
import { durations } from "../../scenario/quantities.js";
import type { Options } from "./command-line.js";
import { usageError } from "./usage-error.js";

/** The options by which the commands that run scenarios publish metrics. */
export const metricsOptions = {
  "metrics-port": {
    value: "PORT",
    description: "Serve /metrics for Prometheus while it runs; 0 takes a free port.",
  },
  "metrics-host": { value: "HOST", description: "Where /metrics listens (default: 127.0.0.1)." },
  linger: { description: "Wait at the end until /metrics was scraped once more." },
  "linger-limit": { value: "TIME", description: "Wait for that at most so long (default: 75s)." },
  pushgateway: { value: "URL", description: "Push the metrics to a Pushgateway at the end." },
} as const satisfies Options;

export interface WrittenMetrics {
  "metrics-port": string | undefined;
  "metrics-host": string | undefined;
  linger: boolean;
  "linger-limit": string | undefined;
  pushgateway: string | undefined;
  quiet: boolean;
}

/** A Prometheus that nobody has told otherwise scrapes each minute, and may take ten seconds for it. */
const lingerMsByDefault = 75_000;

/**
 * `undefined` where nobody is to be given metrics.
 *
 * @throws LossboundError `USAGE` with everything that is wrong.
 */
export function readMetricsSettings(written: WrittenMetrics, command: string): Publishing | undefined {
  const port = portOf(written["metrics-port"]);
  const host = written["metrics-host"] ?? "127.0.0.1";
  const limit = written["linger-limit"];
  const lingerMs = limit === undefined ? lingerMsByDefault : durations.read(limit);
  const { linger, pushgateway, quiet } = written;
  const problems = [
    ...(port !== undefined && Number.isNaN(port)
      ? [`--metrics-port is "${written["metrics-port"]}", and must be a whole number from 0 to 65535`]
      : []),
    ...(port === 0 && quiet ? ["--metrics-port 0 with --quiet: nobody would be told which port it is"] : []),
    ...(isHost(withoutBrackets(host))
      ? []
      : [`--metrics-host is "${host}", and must be a name or an address`]),
    ...(lingerMs ? [] : [`--linger-limit is "${limit}", and must be a time above 0, such as 90s`]),
    ...needs("metrics-host", written["metrics-host"] !== undefined, "metrics-port", port !== undefined),
    ...needs("linger", linger, "metrics-port", port !== undefined),
    ...needs("linger-limit", limit !== undefined, "linger", linger),
    ...(pushgateway === undefined || isGateway(pushgateway)
      ? []
      : [
          `--pushgateway is "${withoutUserinfo(pushgateway)}", and must be a URL such as http://127.0.0.1:9091, without user and password`,
        ]),
  ];
  if (problems.length > 0) throw usageError(problems, command);
  if (port === undefined && pushgateway === undefined) return undefined;
  return {
    serve: port === undefined ? undefined : { host, port },
    lingerMs: linger ? lingerMs : undefined,
    pushgateway,
  };
}

function portOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const port = /^[0-9]{1,5}$/u.test(written) ? Number(written) : Number.NaN;
  return port <= 65_535 ? port : Number.NaN;
}

function needs(option: string, isGiven: boolean, other: string, hasOther: boolean): string[] {
  return isGiven && !hasOther ? [`--${option} needs --${other}`] : [];
}

function isGateway(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password, search, hash } = new URL(url);
  return ["http:", "https:"].includes(protocol) && `${username}${password}${search}${hash}` === "";
}

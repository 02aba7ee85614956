import { isHost, withoutBrackets } from "../../base/address.js";
import { withoutUserinfo } from "../../base/origin.js";
import type { Publishing } from "../../metrics/publish.js";
import { durations } from "../../scenario/quantities.js";
import type { Options } from "./command-line.js";
import { usageError } from "./usage-error.js";

/** Options for publishing metrics, shared by the commands that run scenarios. */
export const metricsOptions = {
  "metrics-port": {
    value: "PORT",
    description: "Serve /metrics for Prometheus during the run; 0 picks a free port",
  },
  "metrics-host": { value: "HOST", description: "Address to serve /metrics on (default: 127.0.0.1)" },
  linger: { description: "Wait at the end for one last scrape of /metrics" },
  "linger-limit": { value: "TIME", description: "Longest time to wait for that scrape (default: 75s)" },
  pushgateway: { value: "URL", description: "Push the metrics to this Pushgateway at the end" },
} as const satisfies Options;

export interface WrittenMetrics {
  "metrics-port": string | undefined;
  "metrics-host": string | undefined;
  linger: boolean;
  "linger-limit": string | undefined;
  pushgateway: string | undefined;
  quiet: boolean;
}

/** By default, Prometheus scrapes every minute with a timeout of ten seconds. */
const lingerMsByDefault = 75_000;

/**
 * Reads how to publish metrics; `undefined` if they are not published.
 *
 * @throws LossboundError `USAGE` with all problems.
 */
export function readMetricsSettings(written: WrittenMetrics, command: string): Publishing | undefined {
  const port = portOf(written["metrics-port"]);
  const host = written["metrics-host"] ?? "127.0.0.1";
  const limit = written["linger-limit"];
  const lingerMs = limit === undefined ? lingerMsByDefault : durations.read(limit);
  const { linger, pushgateway, quiet } = written;
  const problems = [
    ...(port !== undefined && Number.isNaN(port)
      ? [`--metrics-port: expected an integer from 0 to 65535, got "${written["metrics-port"]}"`]
      : []),
    ...(port === 0 && quiet
      ? ["--metrics-port 0 cannot be combined with --quiet, which hides the chosen port"]
      : []),
    ...(isHost(withoutBrackets(host))
      ? []
      : [`--metrics-host: expected a host name or an address, got "${host}"`]),
    ...(lingerMs ? [] : [`--linger-limit: expected a time above 0, such as 90s, got "${limit}"`]),
    ...needs("metrics-host", written["metrics-host"] !== undefined, "metrics-port", port !== undefined),
    ...needs("linger", linger, "metrics-port", port !== undefined),
    ...needs("linger-limit", limit !== undefined, "linger", linger),
    ...(pushgateway === undefined || isGateway(pushgateway)
      ? []
      : [
          `--pushgateway: expected a URL without user and password, such as http://127.0.0.1:9091, got "${withoutUserinfo(pushgateway)}"`,
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
  return isGiven && !hasOther ? [`--${option} requires --${other}`] : [];
}

function isGateway(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password, search, hash } = new URL(url);
  return ["http:", "https:"].includes(protocol) && `${username}${password}${search}${hash}` === "";
}

import type { RunObserver } from "../experiment/progress.js";
import type { Exporter } from "../metrics/exporter.js";
import type { Result } from "../results/result.js";

export interface RunOptions {
  /**
   * `local` (the default) starts brokers and a Toxiproxy of its own; `docker` uses those of docker-compose.yml,
   * `external` those that are named.
   */
  environment?: "local" | "docker" | "external";
  /** `external`: some brokers of the cluster, `host:port` each. */
  brokers?: readonly string[];
  /** `external`: URL of Toxiproxy's API. */
  toxiproxy?: string;
  /**
   * `external` and `docker`: the address on which Toxiproxy is to listen for the workers. By default 127.0.0.1 where
   * it runs on this machine, and 0.0.0.0 in a container whose ports are published on 127.0.0.1.
   */
  proxyHost?: string;
  /** Integer from 0 to 2^32 - 1; drawn when it is not given, and part of the result. */
  seed?: number;
  /** Folder for the results, one folder a scenario; `lossbound-results` when it is not given. */
  out?: string;
  /** Ends the run early, with the signal's reason. Nothing is left behind. */
  signal?: AbortSignal;
  /** Hears how the run goes. */
  observer?: RunObserver;
}

/** The default folder for results. */
export const outUsual = "lossbound-results";

/** Who else hears of runs, beside their observer. */
export interface Listeners {
  onResult?: (result: Result) => void;
  /** Serves the metrics of all runs. */
  exporter?: Exporter | undefined;
}
